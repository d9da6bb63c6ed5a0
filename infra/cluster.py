"""The EKS control plane, with its log group, its role and encrypted secrets."""

from collections.abc import Sequence
from dataclasses import dataclass

from groundway import environment
from infra import iam
from infra.cdk import Construct, Fn, TerraformResourceLifecycle, Token, aws
from infra.identity import Role, RoleProps
from infra.pod_identity import PodCluster
from infra.site import Site


@dataclass(frozen=True, kw_only=True)
class ClusterProps:
    site: Site
    cluster: environment.Cluster
    vpc_id: str
    subnet_ids: Sequence[str]
    workload_security_group_id: str
    boundary_arn: str
    secrets_key_arn: str
    log_key_arn: str
    log_retention_days: int = 30
    deletion_protection: bool = True


class Cluster(Construct):
    """`name` is a reference: what uses it waits for the cluster."""

    def __init__(self, scope: Construct, id: str, props: ClusterProps) -> None:
        super().__init__(scope, id)
        eks = aws.eks_cluster
        # Made before the cluster, or EKS makes it: without retention, and never deleted.
        logs = aws.cloudwatch_log_group.CloudwatchLogGroup(
            self,
            "logs",
            name=f"/aws/eks/{props.site.prefix}/cluster",
            retention_in_days=props.log_retention_days,
            kms_key_id=props.log_key_arn,
        )
        role = Role(
            self,
            "identity",
            RoleProps(
                site=props.site,
                name=f"{props.site.prefix}-cluster",
                description="The EKS control plane",
                trust=[iam.trust(["eks.amazonaws.com"], props.site.account)],
                boundary_arn=props.boundary_arn,
                managed=["AmazonEKSClusterPolicy"],
            ),
        )
        public = list(props.cluster.endpoint_access_cidrs)
        self.cluster = eks.EksCluster(
            self,
            "cluster",
            name=props.site.prefix,
            version=props.cluster.version,
            role_arn=role.arn,
            vpc_config=eks.EksClusterVpcConfig(
                subnet_ids=list(props.subnet_ids),
                security_group_ids=[self._security_group(props).id],
                endpoint_private_access=True,
                endpoint_public_access=bool(public),
                public_access_cidrs=public or None,
            ),
            access_config=eks.EksClusterAccessConfig(
                authentication_mode="API", bootstrap_cluster_creator_admin_permissions=False
            ),
            encryption_config=eks.EksClusterEncryptionConfig(
                resources=["secrets"],
                provider=eks.EksClusterEncryptionConfigProvider(key_arn=props.secrets_key_arn),
            ),
            enabled_cluster_log_types=list(props.cluster.log_types),
            deletion_protection=props.deletion_protection,
            # Who is let in stands in access entries (cluster_access.py). Clusters made before let their maker in, and
            # cannot unlearn it but by being made again.
            lifecycle=TerraformResourceLifecycle(
                ignore_changes=["access_config[0].bootstrap_cluster_creator_admin_permissions"]
            ),
            depends_on=[logs, *role.ready],
        )
        self.name: str = self.cluster.name
        self.arn: str = self.cluster.arn
        self.pods = self._pods(props)

    def _pods(self, props: ClusterProps) -> PodCluster:
        """With IRSA, AWS learns to trust the tokens that this cluster gives to its pods."""
        if props.cluster.pod_credentials == "pod_identity":
            return PodCluster(site=props.site, name=self.name, arn=self.arn)
        issuer = self.cluster.identity.get(0).oidc.get(0).issuer
        provider = aws.iam_openid_connect_provider.IamOpenidConnectProvider(
            self, "oidc", url=issuer, client_id_list=["sts.amazonaws.com"]
        )
        host = Token.as_string(Fn.replace(issuer, "https://", ""))
        return PodCluster(site=props.site, name=self.name, arn=self.arn, oidc_arn=provider.arn, oidc_issuer=host)

    def _security_group(self, props: ClusterProps) -> aws.security_group.SecurityGroup:
        """What the control plane wears in our network: it and the workloads reach each other, and nobody else."""
        group = aws.security_group.SecurityGroup(
            self,
            "control-plane",
            name=f"{props.site.prefix}-control-plane",
            description="Control plane of the cluster",
            vpc_id=props.vpc_id,
            tags={"Name": f"{props.site.prefix}-control-plane"},
        )
        workload = props.workload_security_group_id
        ingress = aws.vpc_security_group_ingress_rule.VpcSecurityGroupIngressRule
        egress = aws.vpc_security_group_egress_rule.VpcSecurityGroupEgressRule
        rules = [
            (ingress, "workload-to-api", group.id, workload, (443, 443), "Workloads reach the Kubernetes API"),
            (egress, "api-to-webhooks", group.id, workload, (443, 443), "Webhooks"),
            (egress, "api-to-workload", group.id, workload, (1025, 65535), "Kubelets, webhooks on high ports"),
            (ingress, "webhooks-from-api", workload, group.id, (443, 443), "Webhooks"),
            (ingress, "workload-from-api", workload, group.id, (1025, 65535), "Kubelets, webhooks on high ports"),
        ]
        for rule, name, owner, peer, (first, last), why in rules:
            rule(
                self,
                name,
                security_group_id=owner,
                referenced_security_group_id=peer,
                ip_protocol="tcp",
                from_port=first,
                to_port=last,
                description=why,
            )
        return group
