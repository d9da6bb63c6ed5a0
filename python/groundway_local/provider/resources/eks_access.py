"""Who may talk to a cluster, and which of its pods get which role."""

from __future__ import annotations

from groundway_local.provider.spec import Op, Spec, Tagging

_ENTRY = {"clusterName": "{cluster_name}", "principalArn": "{principal_arn}"}
_ASSOCIATION = {"clusterName": "{cluster_name}", "associationId": "{association_id}"}
_POLICY = {**_ENTRY, "policyArn": "{policy_arn}"}


def tagging(arn: str) -> Tagging:
    """EKS: the tags are in the read answer; `arn` is the template of what they are on."""
    resource = {"resourceArn": arn}
    return Tagging(None, Op("tag_resource", resource), Op("untag_resource", resource), "tagKeys")


SPECS = {
    "aws_eks_access_entry": Spec(
        "eks",
        "AccessEntry",
        Op("create_access_entry"),
        id="{cluster_name}:{principal_arn}",
        read=(Op("describe_access_entry", _ENTRY, "accessEntry"),),
        update=(Op("update_access_entry", _ENTRY, attrs=("kubernetes_groups", "user_name")),),
        delete=Op("delete_access_entry", _ENTRY),
        names={"user_name": "username"},
        defaults={"type": "STANDARD"},
        volatile=("modified_at",),
        tagging=tagging("{access_entry_arn}"),
        support="patched",
    ),
    "aws_eks_access_policy_association": Spec(
        "eks",
        "",
        Op("associate_access_policy"),
        id="{cluster_name}#{principal_arn}#{policy_arn}",
        read=(
            Op("list_associated_access_policies", _ENTRY, "associatedAccessPolicies[?policyArn=='{policy_arn}'] | [0]"),
        ),
        delete=Op("disassociate_access_policy", _POLICY),
        unread=("cluster_name", "principal_arn"),
        support="patched",
    ),
    "aws_eks_pod_identity_association": Spec(
        "eks",
        "Association",
        Op("create_pod_identity_association"),
        id="{associationId}",
        import_id="{cluster_name},{association_id}",
        read=(Op("describe_pod_identity_association", _ASSOCIATION, "association"),),
        update=(
            Op(
                "update_pod_identity_association",
                _ASSOCIATION,
                attrs=("role_arn", "disable_session_tags", "target_role_arn"),
                whole=True,
            ),
        ),
        delete=Op("delete_pod_identity_association", _ASSOCIATION),
        defaults={"disable_session_tags": False},
        tagging=tagging("{association_arn}"),
        support="patched",
    ),
}
