"""Dashboards of CloudWatch, as text: the platform's watches, GPUs, serving, and what drives the cost."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from infra.alarms import Watch

Widget = dict[str, Any]


def platform(watches: Sequence[Watch], region: str) -> str:
    """Everything that there is an alarm for, each with its limit."""
    return _body([_watched(w, region) for w in watches])


def gpus(cluster: str, region: str) -> str:
    """How busy and how full, by node and by pod."""
    nodes = f'{{ContainerInsights,ClusterName,InstanceId,NodeName}} ClusterName="{cluster}"'
    pods = f'{{ContainerInsights,ClusterName,Namespace,PodName}} ClusterName="{cluster}"'
    whole = {"ClusterName": cluster}
    return _body(
        [
            _metrics("GPUs there are", region, "ContainerInsights", ["node_gpu_limit"], whole, "Sum"),
            _metrics("GPUs that pods hold", region, "ContainerInsights", ["node_gpu_usage_total"], whole, "Sum"),
            _search("Busy, percent, by node", region, f'{nodes} MetricName="node_gpu_utilization"'),
            _search("Busy, percent, by pod", region, f'{pods} MetricName="pod_gpu_utilization"'),
            _search("Memory, percent, by node", region, f'{nodes} MetricName="node_gpu_memory_utilization"'),
            _search("Temperature, by node", region, f'{nodes} MetricName="node_gpu_temperature"', "Maximum"),
        ]
    )


def serving(prefix: str, table: str, errors: Mapping[str, tuple[str, str]], region: str) -> str:
    """SageMaker endpoints, the online table behind the models, and error lines: kind to (namespace, metric)."""
    endpoints = f'{{AWS/SageMaker,EndpointName,VariantName}} EndpointName="{prefix}"'
    reads = {"TableName": table, "Operation": "BatchGetItem"}
    lines = [_metrics(f"Error lines, {k}", region, space, [name], {}, "Sum") for k, (space, name) in errors.items()]
    return _body(
        [
            _search("Requests", region, f'{endpoints} MetricName="Invocations"', "Sum"),
            _search("Errors", region, f'{endpoints} MetricName="Invocation5XXErrors"', "Sum"),
            _search("Latency of the model, p99", region, f'{endpoints} MetricName="ModelLatency"', "p99"),
            _metrics("Online reads, p99", region, "AWS/DynamoDB", ["SuccessfulRequestLatency"], reads, "p99"),
            *lines,
        ]
    )


def costs(cluster: str, region: str) -> str:
    """What the bill grows by. The bill itself comes once in six hours, to us-east-1, where billing alerts are on."""
    whole = {"ClusterName": cluster}
    bill = _metrics("Bill of the month so far, USD", "us-east-1", "AWS/Billing", ["EstimatedCharges"], {}, "Maximum")
    bill["properties"] |= {"metrics": [["AWS/Billing", "EstimatedCharges", "Currency", "USD"]], "period": 21600}
    return _body(
        [
            bill,
            _metrics("Nodes", region, "ContainerInsights", ["cluster_node_count"], whole, "Average"),
            _metrics("GPUs", region, "ContainerInsights", ["node_gpu_limit"], whole, "Sum"),
            _search("NAT, bytes", region, '{AWS/NATGateway,NatGatewayId} MetricName="BytesOutToDestination"', "Sum"),
            _search("Logs, bytes, by group", region, '{AWS/Logs,LogGroupName} MetricName="IncomingBytes"', "Sum"),
            _search("Buckets, bytes", region, '{AWS/S3,BucketName,StorageType} MetricName="BucketSizeBytes"'),
        ]
    )


def _body(widgets: Sequence[Widget]) -> str:
    """Two widgets a row, in the order given."""
    placed = [{**w, "x": 12 * (i % 2), "y": 6 * (i // 2), "width": 12, "height": 6} for i, w in enumerate(widgets)]
    return json.dumps({"widgets": placed}, separators=(",", ":"))


def _watched(watch: Watch, region: str) -> Widget:
    widget = _metrics(watch.meaning, region, watch.namespace, [watch.metric], watch.dimensions, watch.statistic)
    limit = {"horizontal": [{"label": "alarm", "value": watch.limit}]}
    widget["properties"] |= {"period": watch.seconds, "annotations": limit}
    return widget


def _metrics(
    title: str, region: str, namespace: str, names: Sequence[str], dimensions: Mapping[str, str], statistic: str
) -> Widget:
    pairs = [part for pair in dimensions.items() for part in pair]
    properties = {
        "title": title,
        "region": region,
        "stat": statistic,
        "period": 300,
        "metrics": [[namespace, name, *pairs] for name in names],
    }
    return {"type": "metric", "properties": properties}


def _search(title: str, region: str, query: str, statistic: str = "Average") -> Widget:
    """Whatever metrics there are of a kind, such as those of each endpoint."""
    expression = f"SEARCH('{query}', '{statistic}', 300)"
    properties = {"title": title, "region": region, "metrics": [[{"expression": expression}]]}
    return {"type": "metric", "properties": properties}
