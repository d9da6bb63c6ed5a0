"""SageMaker: feature groups. Their table in the data catalog is made; records are neither taken nor given."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

from groundway_local.emulator.recorded import engine
from groundway_local.emulator.recorded.table import Asked, Members, Record, Refused, Service, Update

CATALOG, DATABASE = "AwsDataCatalog", "sagemaker_featurestore"
COLUMNS = {"Integral": "bigint", "Fractional": "double", "String": "string"}


def create_feature_group(asked: Asked) -> Members:
    """The group, with what AWS adds to its offline store: a place of its own in the bucket, and a table."""
    members = deepcopy(asked.members)
    offline = members.get("OfflineStoreConfig")
    if not offline and not (members.get("OnlineStoreConfig") or {}).get("EnableOnlineStore"):
        raise Refused("ValidationException", "A feature group needs an online store or an offline store.")
    known = {f["FeatureName"] for f in members["FeatureDefinitions"]}
    for kind in ("RecordIdentifierFeatureName", "EventTimeFeatureName"):
        if members[kind] not in known:
            raise Refused("ValidationException", f"{kind} {members[kind]} is not one of FeatureDefinitions.")
    if offline:
        store, name = offline["S3StorageConfig"], members["FeatureGroupName"]
        path = f"{asked.account}/sagemaker/{asked.region}/offline-store/{name}/data"
        store["ResolvedOutputS3Uri"] = f"{store['S3Uri'].rstrip('/')}/{path}"
        table = {"TableName": name.replace("-", "_").lower(), "Catalog": CATALOG, "Database": DATABASE}
        offline["DataCatalogConfig"] = {**table, **offline.get("DataCatalogConfig", {})}
    made = engine.carry_out(replace(GROUP, create=asked.operation), replace(asked, members=members))
    if offline and not offline.get("DisableGlueTableCreation"):
        _table(asked, offline, members["FeatureDefinitions"])
    return made


def _table(asked: Asked, offline: Members, features: list[Members]) -> None:
    """A table that somebody made before is taken as it is."""
    from moto.glue.models import glue_backends

    glue: Any = glue_backends[asked.account][asked.region]
    config = offline["DataCatalogConfig"]
    if config["Database"] not in glue.databases:
        if config["Database"] != DATABASE:
            raise Refused("ValidationException", f"The Glue database {config['Database']} does not exist.")
        glue.create_database(DATABASE, {"Name": DATABASE})
    columns = [{"Name": f["FeatureName"].lower(), "Type": COLUMNS[f["FeatureType"]]} for f in features]
    location = offline["S3StorageConfig"]["ResolvedOutputS3Uri"]
    if config["TableName"] not in glue.databases[config["Database"]].tables:
        table = {"Name": config["TableName"], "StorageDescriptor": {"Columns": columns, "Location": location}}
        glue.create_table(config["Database"], config["TableName"], table)


def changed(members: Members, document: Members) -> Members:
    """Features are added; of the online store, how long it keeps records may change."""
    new = {k: v for k, v in members.items() if k != "FeatureAdditions"}
    features = [*document["FeatureDefinitions"], *members.get("FeatureAdditions", [])]
    if online := members.get("OnlineStoreConfig"):
        new["OnlineStoreConfig"] = engine.merged(document["OnlineStoreConfig"], online)
    return {**new, "FeatureDefinitions": features}


GROUP = Record(
    noun="feature group",
    key="{FeatureGroupName}",
    reads=("DescribeFeatureGroup",),
    listings=("ListFeatureGroups",),
    updates=(Update("UpdateFeatureGroup", change=changed),),
    delete="DeleteFeatureGroup",
    lists="FeatureGroupSummaries",
    defaults={"ThroughputConfig": {"ThroughputMode": "OnDemand"}},
    computed={"CreationTime": "{now}", "FeatureGroupStatus": "Created"},
    updated={"LastModifiedTime": "{now}"},
    arn="arn:aws:sagemaker:{region}:{account}:feature-group/{FeatureGroupName}",
    arn_member="FeatureGroupArn",
    conflict="ResourceInUse",
    not_found="ResourceNotFound",
)
SERVICE = Service(
    "sagemaker",
    records=(GROUP,),
    tagging=("AddTags", "DeleteTags", "ListTags"),
    calls={"CreateFeatureGroup": create_feature_group},
)
