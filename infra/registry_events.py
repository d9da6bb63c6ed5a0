"""Who is told when something happens to the registry's database."""

from infra.cdk import Construct, aws

WORTH_TELLING = ("availability", "deletion", "failover", "failure", "low storage", "maintenance", "recovery")


class RegistryEvents(Construct):
    """Events of one database to one topic, which must let `events.rds.amazonaws.com` publish."""

    def __init__(self, scope: Construct, id: str, database: str, topic_arn: str) -> None:
        super().__init__(scope, id)
        aws.db_event_subscription.DbEventSubscription(
            self,
            "subscription",
            name=f"{database}-events",
            sns_topic=topic_arn,
            source_type="db-instance",
            source_ids=[database],
            event_categories=list(WORTH_TELLING),
        )
