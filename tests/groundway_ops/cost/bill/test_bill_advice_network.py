"""Advice on NAT gateways, interface endpoints and logs: what the bill can tell, and no more."""

from pathlib import Path

import pytest
from advice_bill import advised, daily, saved

NAT = "arn:aws:ec2:eu-west-1:111111111111:natgateway/nat-{}"
VPCE = "arn:aws:ec2:eu-west-1:222222222222:vpc-endpoint/vpce-{}"
GROUP = "arn:aws:logs:eu-west-1:111111111111:log-group:{}"
WATCH = {"service": "AmazonCloudWatch", "service_code": "AmazonCloudWatch"}


def gateways(count: int, environment: str, gb: float) -> list[dict]:
    """0.048 an hour and GB, as eu-west-1 asks."""
    tags = {"environment": environment}
    return [
        line
        for number in range(count)
        for line in (
            *daily("EU-NatGateway-Hours", NAT.format(number), "1.152", 24.0, tags=tags),
            *(daily("EU-NatGateway-Bytes", NAT.format(number), f"{gb * 0.048:.6f}", gb, tags=tags) if gb else ()),
        )
    ]


def logs(name: str, environment: str, written: float, stored: float) -> list[dict]:
    tags = {"environment": environment}
    return [
        *daily("EU-DataProcessing-Bytes", GROUP.format(name), f"{written * 0.57:.6f}", written, tags=tags, **WATCH),
        *daily("EU-TimedStorage-ByteHrs", GROUP.format(name), f"{stored * 0.03:.6f}", stored, tags=tags, **WATCH),
    ]


def test_a_gateway_in_each_zone_outside_production(tmp_path: Path) -> None:
    report = advised(tmp_path / "dev", gateways(3, "dev", 1.0))
    # two of three gateways, less what crosses zones both ways: (107.136 - 93 x 0.02) x 2 / 3
    assert saved(report) == {("NAT gateway", "3 NAT gateways of dev"): "70.18"}
    assert report.column("how") == ["environments/dev/environment.yaml: network.nat: single"]
    assert saved(advised(tmp_path / "prod", gateways(3, "prod", 1.0))) == {}
    assert saved(advised(tmp_path / "one", gateways(1, "dev", 1.0))) == {}
    assert saved(advised(tmp_path / "busy", gateways(3, "dev", 100.0))) == {}, "crossing zones costs more"


def test_logs_through_nat(tmp_path: Path) -> None:
    def of(written: float) -> dict[tuple[str, str], str]:
        charges = gateways(1, "dev", 100.0) + logs("/groundway/dev/training", "dev", written, 0.001)
        found = saved(advised(tmp_path / str(written), charges))
        return {key: saving for key, saving in found.items() if key[0] == "NAT gateway"}

    # 1860 GB x (0.048 - 0.01) - 2 zones x 730 h x 0.011
    assert of(60.0) == {("NAT gateway", "logs of dev through NAT"): "54.62"}
    assert of(10.0) == {}, "310 GB would save 11.78, the endpoint costs 16.06"
    # no more than went through the gateway: 3100 GB x 0.038 - 16.06
    assert of(500.0) == {("NAT gateway", "logs of dev through NAT"): "101.74"}


def test_an_endpoint_for_logs_that_is_there_already(tmp_path: Path) -> None:
    charges = gateways(1, "staging", 100.0) + logs("/groundway/staging/training", "staging", 60.0, 0.001)
    assert not [kind for kind, _ in saved(advised(tmp_path, charges)) if kind == "NAT gateway"]


def test_the_break_even_is_told_and_no_money_promised(tmp_path: Path) -> None:
    report = advised(tmp_path / "much", gateways(1, "dev", 100.0))
    assert report.rows == ()
    assert any(
        "dev: 3,100 GB a month through NAT; an interface endpoint pays from 423 GB" in note for note in report.notes
    )
    assert not any("through NAT" in note for note in advised(tmp_path / "little", gateways(1, "dev", 10.0)).notes)


def endpoint(number: int, environment: str, gb: float) -> list[dict]:
    tags = {"environment": environment}
    name = {"other_tags": f'{{"Name":"groundway-{environment}-sts{number}"}}'}
    return [
        *daily("EU-VpcEndpoint-Hours", VPCE.format(number), "0.792", 72.0, tags=tags, **name),
        *daily("EU-VpcEndpoint-Bytes", VPCE.format(number), f"{gb * 0.01:.4f}", gb, tags=tags, **name),
    ]


def test_endpoints_that_carry_hardly_anything(tmp_path: Path) -> None:
    charges = endpoint(1, "staging", 0.1) + endpoint(2, "staging", 1.0) + endpoint(3, "staging", 100.0)
    report = advised(tmp_path / "staging", charges)
    # hours 2 x 24.552, and 34.1 GB x (0.01 - 0.048)
    assert saved(report) == {("interface endpoints", "2 interface endpoints of staging"): "47.80"}
    assert "remove groundway-staging-sts1, groundway-staging-sts2" in report.column("how")[0]
    assert report.column("sure") == ["medium"]
    assert advised(tmp_path / "prod", endpoint(1, "prod", 0.1)).column("sure") == ["low"]
    assert saved(advised(tmp_path / "busy", endpoint(3, "staging", 100.0))) == {}


@pytest.mark.parametrize(
    ("name", "environment", "written", "stored", "expected"),
    [
        # dev keeps 7 days: 31 GB x 0.15 x 7 / 30.4 = 1.0707 of the 31 GB that are billed
        pytest.param("/a", "dev", 1.0, 1.0, {"kept: /a": "0.89", "written: /a": "8.83"}, id="never deleted"),
        pytest.param("/a", "dev", 1.0, 0.04, {"written: /a": "8.83"}, id="as retention allows"),
        pytest.param("/groundway/dev/trail", "dev", 1.0, 0.04, {}, id="metric filters read it"),
        # prod keeps 365 days, as it must
        pytest.param("/a", "prod", 1.0, 1.0, {"written: /a": "8.83"}, id="production keeps"),
        pytest.param("/a", "nowhere", 1.0, 1.0, {"written: /a": "8.83"}, id="no environment says how long"),
    ],
)
def test_logs(
    tmp_path: Path, name: str, environment: str, written: float, stored: float, expected: dict[str, str]
) -> None:
    report = advised(tmp_path, logs(name, environment, written, stored))
    assert {what: saving for (kind, what), saving in saved(report).items() if kind == "logs"} == expected


def test_longer_retention_than_anybody_needs_outside_production(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from groundway import environment

    told = environment.load_all()
    longer = told["dev"].logs.model_copy(update={"retention_days": 120})
    monkeypatch.setattr(
        environment, "load_all", lambda _root: {**told, "dev": told["dev"].model_copy(update={"logs": longer})}
    )
    report = advised(tmp_path, logs("/groundway/dev/trail", "dev", 10.0, 4.0))
    assert saved(report) == {("logs", "kept: /groundway/dev/trail"): "2.79"}  # 3.72 x 90 / 120
    assert report.column("how") == ["environments/dev/environment.yaml: logs.retention_days: 30 (is 120)"]
