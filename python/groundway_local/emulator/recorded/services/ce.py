"""Cost Explorer: anomaly monitors and subscriptions, which find and send nothing, and cost allocation tags."""

from groundway_local.emulator.recorded.documents import Document
from groundway_local.emulator.recorded.table import Asked, Members, Record, Refused, Service, Update

TAG = "cost allocation tag"


def one_of_a_dimension(asked: Asked) -> None:
    """An account has one monitor of AWS services; the second is what most first deployments fail on."""
    wanted = asked.members.get("MonitorDimension")
    taken = {d.members.get("MonitorDimension") for d in asked.records("anomaly monitor")}
    if asked.operation == "CreateAnomalyMonitor" and wanted and wanted in taken:
        raise Refused("LimitExceededException", "Limit exceeded on dimensional spend monitor creation")


def monitors_exist(asked: Asked) -> None:
    known = {d.members["MonitorArn"] for d in asked.records("anomaly monitor")}
    for arn in asked.members.get("MonitorArnList", ()):
        if arn not in known:
            raise Refused("UnknownMonitorException", f"The anomaly monitor {arn} does not exist.")


def update_tags(asked: Asked) -> Members:
    """A tag need not have been used: on AWS it must have been, a day before."""
    shelf = asked.shelf.setdefault(TAG, {})
    for given in asked.members["CostAllocationTagsStatus"]:
        members = {"TagKey": given["TagKey"], "Type": "UserDefined", "Status": given["Status"]}
        shelf[given["TagKey"]] = Document(members, held=given["Status"] == "Active")
    return {"Errors": []}


SERVICE = Service(
    "ce",
    in_regions=False,
    records=(
        Record(
            noun="anomaly monitor",
            key="{MonitorArn}",
            create="CreateAnomalyMonitor",
            listings=("GetAnomalyMonitors",),
            updates=(Update("UpdateAnomalyMonitor"),),
            delete="DeleteAnomalyMonitor",
            inside="AnomalyMonitor",
            lists="AnomalyMonitors",
            computed={"CreationDate": "{instant}", "LastUpdatedDate": "{instant}", "DimensionalValueCount": 0},
            updated={"LastUpdatedDate": "{instant}"},
            arn="arn:aws:ce::{account}:anomalymonitor/{uuid}",
            arn_member="MonitorArn",
            filters={"MonitorArnList": "MonitorArn"},
            conflict="LimitExceededException",
            not_found="UnknownMonitorException",
            check=one_of_a_dimension,
        ),
        Record(
            noun="anomaly subscription",
            key="{SubscriptionArn}",
            create="CreateAnomalySubscription",
            listings=("GetAnomalySubscriptions",),
            updates=(Update("UpdateAnomalySubscription"),),
            delete="DeleteAnomalySubscription",
            inside="AnomalySubscription",
            lists="AnomalySubscriptions",
            computed={"AccountId": "{account}"},
            arn="arn:aws:ce::{account}:anomalysubscription/{uuid}",
            arn_member="SubscriptionArn",
            filters={"SubscriptionArnList": "SubscriptionArn", "MonitorArn": "MonitorArnList"},
            conflict="LimitExceededException",
            not_found="UnknownSubscriptionException",
            check=monitors_exist,
        ),
        Record(
            noun=TAG,
            key="{TagKey}",
            listings=("ListCostAllocationTags",),
            lists="CostAllocationTags",
            filters={"TagKeys": "TagKey"},
            not_found="",
        ),
    ),
    calls={"UpdateCostAllocationTagsStatus": update_tags},
)
