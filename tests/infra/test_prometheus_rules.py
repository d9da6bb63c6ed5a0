"""Rules, routes and the scraper's configuration, by Prometheus's own `promtool`, and against the metrics there are.

`rules/<file>.yaml` beside this file are promtool's unit tests: for each alert, when it fires and when it does not.
"""

import re
import shutil
import subprocess
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from sites import DEV

from groundway.monitoring import gauges
from groundway.monitoring.assess import Assessment, FeatureDrift
from groundway.serving.metrics import Metrics
from infra import prometheus
from infra.prometheus import PrometheusProps

HERE = Path(__file__).parent
UNIT_TESTS = sorted((HERE / "rules").glob("*.yaml"))
FILES = prometheus.rule_files()
SETUP = HERE.parents[1] / ".venv-cdktn" / "bin"  # what `make setup-tests` fetches
PROMTOOL = shutil.which("promtool") or shutil.which("promtool", path=SETUP)
needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason="there is no promtool (Debian's package: prometheus)")

SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}
# What of an expression names no metric, taken away in this order.
NO_METRICS = (
    r"#.*",
    r"""("[^"]*"|'[^']*')""",
    r"\{[^}]*\}|\[[^\]]*\]",
    r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)",
    r"\b[a-z_]+\s*(?=\()",
    r"\b(and|or|unless|bool|offset)\b",
    r"\b\d[\w.]*",
)


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    assert PROMTOOL
    return subprocess.run([PROMTOOL, *map(str, arguments)], capture_output=True, text=True, timeout=120)


@cache
def rules(file: Path) -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(file.read_text())["groups"] for rule in group["rules"]]


def alerts() -> list[dict[str, Any]]:
    return [rule for file in FILES for rule in rules(file) if "alert" in rule]


@cache
def unit_tests() -> list[dict[str, Any]]:
    return [test for file in UNIT_TESTS for test in yaml.safe_load(file.read_text())["tests"]]


def metrics_in(expression: str) -> set[str]:
    for pattern in NO_METRICS:
        expression = re.sub(pattern, " ", expression)
    return set(re.findall(r"[A-Za-z_][\w:]*", expression))


@pytest.fixture
def props() -> PrometheusProps:
    topic = "arn:aws:sns:eu-west-1:111111111111:groundway-dev"
    return PrometheusProps(
        site=DEV,
        key_arn="key",
        log_key_arn="log-key",
        log_retention_days=7,
        retention_days=30,
        protect=False,
        pages_topic_arn=f"{topic}-pages",
        notices_topic_arn=f"{topic}-alerts",
        cluster_name="groundway-dev",
        cluster_arn="cluster",
        subnet_ids=["subnet-1", "subnet-2"],
        security_group_ids=["sg-1"],
    )


# what promtool says -------------------------------------------------------------------------------------------------
@needs_promtool
@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_prometheus_takes_the_rules(file: Path, tmp_path: Path) -> None:
    assert promtool("check", "rules", file).returncode == 0
    broken = tmp_path / file.name
    broken.write_text(file.read_text().replace("expr: ", "expr: sum((", 1))
    assert promtool("check", "rules", broken).returncode != 0


@needs_promtool
@pytest.mark.parametrize("file", UNIT_TESTS, ids=lambda f: f.stem)
def test_alerts_fire_when_they_must_and_not_before(file: Path, tmp_path: Path) -> None:
    done = promtool("test", "rules", file)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
@pytest.mark.slow
@pytest.mark.parametrize("alert", alerts(), ids=lambda a: a["alert"])
def test_an_alert_that_never_fires_is_noticed(alert: dict[str, Any], tmp_path: Path) -> None:
    """Each rule broken in turn: its unit test must say so."""
    for file in FILES:
        text = yaml.safe_load(file.read_text())
        for group in text["groups"]:
            for rule in group["rules"]:
                if rule.get("alert") == alert["alert"]:
                    rule["expr"] = f"({rule['expr']}) unless on() vector(1)"
                    (tmp_path / file.name).write_text(yaml.safe_dump(text))
                    unit_test = yaml.safe_load((HERE / "rules" / file.name).read_text())
                    unit_test["rule_files"] = [file.name]
                    (tmp_path / "unit_test.yaml").write_text(yaml.safe_dump(unit_test))
    done = promtool("test", "rules", tmp_path / "unit_test.yaml")
    assert done.returncode != 0
    assert alert["alert"] in done.stdout + done.stderr


@needs_promtool
def test_the_scraper_takes_its_configuration(props: PrometheusProps, tmp_path: Path) -> None:
    file = tmp_path / "scrape.yaml"
    text = prometheus.scrape(props)
    # Debian builds Prometheus without the discovery of Kubernetes.
    known = re.sub(r"kubernetes_sd_configs: .*", "static_configs: [{targets: ['localhost:9090']}]", text)
    file.write_text(known)
    done = promtool("check", "config", "--syntax-only", file)
    assert done.returncode == 0, done.stdout + done.stderr
    file.write_text(known.replace("action: keep", "action: hold"))
    assert promtool("check", "config", "--syntax-only", file).returncode != 0


def test_the_scraper_discovers_the_cluster_and_keeps_to_the_shortest_interval(props: PrometheusProps) -> None:
    config = yaml.safe_load(prometheus.scrape(props))
    assert config["global"]["scrape_interval"] == "30s"  # AWS refuses shorter ones
    roles = {j["job_name"]: j["kubernetes_sd_configs"][0]["role"] for j in config["scrape_configs"]}
    assert roles == {"pods": "pod", "kube-state-metrics": "endpoints", "dcgm-exporter": "pod", "kubelet": "node"}


# what promtool cannot know --------------------------------------------------------------------------------------------
def test_every_alert_has_a_severity_a_wait_and_a_summary() -> None:
    names = [a["alert"] for a in alerts()]
    assert len(names) == len(set(names)) >= 20
    for alert in alerts():
        assert alert["labels"]["severity"] in ("page", "notice"), alert
        assert alert["for"], alert
        assert alert["annotations"]["summary"], alert


@pytest.mark.parametrize("alert", [a["alert"] for a in alerts()])
def test_every_alert_is_tested_firing_and_not_firing(alert: str) -> None:
    cases = [c["exp_alerts"] for t in unit_tests() for c in t["alert_rule_test"] if c["alertname"] == alert]
    assert [] in cases, "never tested not to fire"
    assert [c for c in cases if c], "never tested to fire"


def test_the_page_lists_every_alert_under_what_it_does() -> None:
    page = (HERE.parents[1] / "docs" / "monitoring.md").read_text()
    paged, _, noticed = page.partition("## What is noticed")
    for alert in alerts():
        part, other = (paged, noticed) if alert["labels"]["severity"] == "page" else (noticed, paged)
        assert f"| `{alert['alert']}` |" in part, alert["alert"]
        assert f"| `{alert['alert']}` |" not in other, alert["alert"]


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of all metrics that something shows."""
    monkeypatch.setenv("GROUNDWAY_HOME", str(tmp_path))
    drift = FeatureDrift(psi=0.1, js=0.1, kl=0.1, threshold=0.2, drifted=False)
    now = datetime.now(UTC)
    assessment = Assessment(
        model="m",
        version="1",
        start=now,
        end=now,
        rows=1,
        labelled=0,
        inputs={"a": drift},
        score=drift,
        quality=None,
        reference_quality=None,
        reasons=(),
        notes=(),
    )
    shown = set(re.findall(r"^(\w+)[{ ]", gauges.publish(assessment).read_text(), re.M))
    served = {f.name + s for f in Metrics("m").registry.collect() for s in SUFFIXES[f.type]}
    exporters = yaml.safe_load((HERE / "exporters.yaml").read_text())
    recorded = {rule["record"] for file in FILES for rule in rules(file) if "record" in rule}
    return shown | served | recorded | {name for names in exporters.values() for name in names}


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_rules_ask_for_metrics_that_something_shows(file: Path, known: set[str]) -> None:
    for rule in rules(file):
        used = metrics_in(rule["expr"])
        assert used, rule
        assert used <= known, f"{rule.get('alert') or rule['record']}: nothing shows {sorted(used - known)}"


@pytest.mark.parametrize(
    ("expression", "unknown"),
    [
        ('sum by (model) (rate(groundway_requests_total{code=~"5.."}[5m])) > 0.1', set()),
        ("groundway_request_total > 0", {"groundway_request_total"}),
        ("histogram_quantile(0.9, sum by (le) (rate(groundway_request_bucket[5m])))", {"groundway_request_bucket"}),
        ("up == 0 and on (job) node_load1 > 9", {"node_load1"}),
    ],
)
def test_a_metric_that_nothing_shows_is_found(expression: str, unknown: set[str], known: set[str]) -> None:
    assert metrics_in(expression) - known == unknown


def test_what_the_kubelet_job_keeps_is_what_rules_ask_of_it(props: PrometheusProps) -> None:
    [kubelet] = [j for j in yaml.safe_load(prometheus.scrape(props))["scrape_configs"] if j["job_name"] == "kubelet"]
    kept = kubelet["metric_relabel_configs"][0]["regex"]
    asked = {m for f in FILES for r in rules(f) for m in metrics_in(r["expr"]) if m.startswith("kubelet_")}
    assert asked
    assert all(re.fullmatch(kept, name) for name in asked)


def test_pages_go_to_the_topic_of_pages(props: PrometheusProps) -> None:
    config = yaml.safe_load(yaml.safe_load(prometheus.routes(props))["alertmanager_config"])
    topics = {r["name"]: r["sns_configs"][0]["topic_arn"] for r in config["receivers"]}
    assert topics[config["route"]["receiver"]] == props.notices_topic_arn
    [page] = config["route"]["routes"]
    assert page["matchers"] == ['severity="page"']
    assert topics[page["receiver"]] == props.pages_topic_arn


def test_a_placeholder_that_nobody_fills_is_an_error(
    props: PrometheusProps, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "routes.yaml").write_text("topic: ${topic}")
    monkeypatch.setattr(prometheus, "ROUTES", tmp_path / "routes.yaml")
    with pytest.raises(KeyError, match="topic"):
        prometheus.routes(props)


def test_terraform_leaves_the_rules_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "r.yaml"
    file.write_text("a: ${x} %{y}")
    assert prometheus.rules(file) == "a: $${x} %%{y}"
    for file in FILES:
        assert prometheus.rules(file) == file.read_text()
