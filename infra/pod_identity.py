"""How pods get the credentials of a role: EKS Pod Identity or, if it is chosen, the cluster's OIDC provider (IRSA).

The namespaces and service accounts themselves are named in `groundway.environment.service_accounts`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from groundway.environment.service_accounts import ServiceAccount
from infra import iam
from infra.cdk import Construct, aws
from infra.identity import Role, RoleProps
from infra.site import Site


@dataclass(frozen=True, kw_only=True)
class PodCluster:
    """A cluster as pod credentials see it. `oidc_arn` and `oidc_issuer` (without https://) are set for IRSA only."""

    site: Site
    name: str
    arn: str
    oidc_arn: str | None = None
    oidc_issuer: str | None = None


def trust(cluster: PodCluster, pods: ServiceAccount) -> iam.Statement:
    """The pods of one service account of this cluster, and no others, may take the role."""
    if cluster.oidc_arn:
        return iam.trust_token(
            cluster.oidc_arn,
            {f"{cluster.oidc_issuer}:aud": "sts.amazonaws.com", f"{cluster.oidc_issuer}:sub": pods.subject},
        )
    statement = iam.trust(["pods.eks.amazonaws.com"], cluster.site.account, tag_session=True)
    statement["Condition"]["StringEquals"] |= {
        "aws:RequestTag/kubernetes-namespace": pods.namespace,
        "aws:RequestTag/kubernetes-service-account": pods.name,
    }
    statement["Condition"]["ArnEquals"] = {"aws:SourceArn": cluster.arn}
    return statement


class PodIdentity(Construct):
    """Gives the pods of a service account a role that trusts them. With IRSA the service account says it instead."""

    def __init__(self, scope: Construct, id: str, cluster: PodCluster, pods: ServiceAccount, role_arn: str) -> None:
        super().__init__(scope, id)
        if not cluster.oidc_arn:
            aws.eks_pod_identity_association.EksPodIdentityAssociation(
                self,
                "association",
                cluster_name=cluster.name,
                namespace=pods.namespace,
                service_account=pods.name,
                role_arn=role_arn,
            )


@dataclass(frozen=True, kw_only=True)
class PodRoleProps:
    """`cluster` is `Cluster.pods`; the rest is as in `RoleProps`."""

    cluster: PodCluster
    pods: ServiceAccount
    name: str
    description: str
    boundary_arn: str
    statements: Sequence[iam.Statement] = ()
    managed: Sequence[str] = ()


class PodRole(Construct):
    """A role for the pods of one service account, and for nothing else."""

    def __init__(self, scope: Construct, id: str, props: PodRoleProps) -> None:
        super().__init__(scope, id)
        self.identity = Role(
            self,
            "identity",
            RoleProps(
                site=props.cluster.site,
                name=props.name,
                description=props.description,
                trust=[trust(props.cluster, props.pods)],
                boundary_arn=props.boundary_arn,
                statements=props.statements,
                managed=props.managed,
            ),
        )
        PodIdentity(self, "pods", props.cluster, props.pods, self.identity.arn)
        self.arn: str = self.identity.arn
