"""Who may use the cluster's Kubernetes API: access entries, with AWS's access policies."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.cdk import Construct, aws
from infra.site import Site


@dataclass(frozen=True)
class Grant:
    """An access policy of AWS (`AmazonEKSViewPolicy`), for the whole cluster or for `namespaces` only."""

    policy: str
    namespaces: Sequence[str] = ()


ADMIN = (Grant("AmazonEKSClusterAdminPolicy"),)


class ClusterAccess(Construct):
    """Lets one role in. `grants` is what it may do there.

    The roles of managed node groups need none: EKS lets them in by itself.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        site: Site,
        cluster_name: str,
        role_arn: str,
        grants: Sequence[Grant],
    ) -> None:
        super().__init__(scope, id)
        policies = aws.eks_access_policy_association
        entry = aws.eks_access_entry.EksAccessEntry(
            self, "entry", cluster_name=cluster_name, principal_arn=role_arn, type="STANDARD"
        )
        for grant in grants:
            namespaces = list(grant.namespaces)
            policies.EksAccessPolicyAssociation(
                self,
                grant.policy,
                cluster_name=cluster_name,
                principal_arn=entry.principal_arn,
                policy_arn=f"arn:{site.partition}:eks::aws:cluster-access-policy/{grant.policy}",
                access_scope=policies.EksAccessPolicyAssociationAccessScope(
                    type="namespace" if namespaces else "cluster", namespaces=namespaces or None
                ),
            )
