"""The simulated bill: what is deployed and ran, at the price book's prices, delivered and read as AWS's exports are."""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

sys.path.insert(0, str(Path(__file__).parent))

from groundway import environment as environments
from groundway.errors import InvalidInput
from groundway_ops.accounts import Account
from groundway_ops.cost import price_book
from groundway_ops.cost.bill.ingest import ingest
from groundway_ops.cost.bill.mart import Mart
from groundway_ops.cost.bill.reports import make
from groundway_ops.cost.bill.reports.question import Question
from groundway_ops.demo.bill import priced, reading
from groundway_ops.demo.bill.days import Calendar, share, work
from groundway_ops.demo.bill.focus import QUERY
from groundway_ops.demo.bill.meters import code, meter
from groundway_ops.demo.bill.ran import MINUTES, SERVED_ON, TRAINED_ON, VAT, Run, run
from groundway_ops.demo.bill.simulate import LEFT_RUNNING, Simulation
from groundway_ops.demo.bill.told import told

pytestmark = pytest.mark.slow
CHECKOUT = Path(__file__).parents[2]
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
MODEL = "flights-delay"
OWN = {"team": "network-operations", "project": "punctuality", "model": MODEL, "environment": "dev"}
TAGS = {**OWN, "cost-center": "cc-4200", "owner": "network-operations", "run": "standing"}
RUN = Run(f"{MODEL}-1", AT.date(), Decimal("36.5"), {**TAGS, "run": f"{MODEL}-1"})
REFERENCE = re.compile(r"\$\{aws_launch_template\.(\w[\w-]*)\.id\}")


def state(stack: dict[str, Any]) -> dict[str, Any]:
    """A Terraform state in which all of a synthesized stack is deployed."""
    provider = stack["provider"]["aws"][0]
    account, defaults = provider["allowed_account_ids"][0], provider["default_tags"][0]["tags"]
    resources = []
    for type_, members in stack["resource"].items():
        for name, arguments in members.items():
            attributes = {**arguments, "id": f"id-{name}", "arn": f"arn:aws:x:eu-west-1:{account}:{type_}/{name}"}
            if "tags" in arguments or type_ not in UNTAGGED:
                attributes["tags_all"] = {**defaults, **arguments.get("tags", {})}
            if template := REFERENCE.search(json.dumps(arguments.get("launch_template", ""))):
                attributes["launch_template"] = [{"id": f"id-{template[1]}"}]
            resources.append(
                {"mode": "managed", "type": type_, "name": name, "instances": [{"attributes": attributes}]}
            )
    return {"resources": resources}


UNTAGGED = {"aws_cloudwatch_dashboard", "aws_cloudwatch_log_metric_filter", "aws_guardduty_detector_feature"}


@dataclass
class Billed:
    """The mart of a whole simulated bill, and what was made on the way."""

    mart: Mart
    simulation: Simulation
    sources: dict[str, str]
    root: Path
    dev: Account

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.mart.connect() as db:
            return db.execute(query, list(values)).fetchall()


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout whose stacks have just been synthesized."""
    from infra.cdk import App
    from stacks.app import add
    from stacks.cloud import Cloud

    root = tmp_path_factory.mktemp("checkout")
    (root / "environments").symlink_to(CHECKOUT / "environments")
    (root / "cdktf.json").touch()
    app = App(outdir=str(root / "cdktf.out"))
    for loaded in environments.load_all(root).values():
        add(app, loaded, Cloud.LOCAL)
    app.synth()
    return root


@pytest.fixture(scope="module")
def billed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Billed]:
    """dev, staging and prod deployed; a run in dev; the model served in dev and prod."""
    home = tmp_path_factory.mktemp("home")
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    patch = pytest.MonkeyPatch()
    patch.setenv("GROUNDWAY_HOME", str(home))
    try:
        variables = {
            "GROUNDWAY_HOME": str(home),
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "eu-west-1",
            "AWS_DEFAULT_REGION": "eu-west-1",
        }
        simulation, mart, sources = Simulation(root, home / "bill", "dev", MODEL, AT), Mart(home / "mart"), {}
        for loaded in environments.load_all(root).values():
            account = Account(loaded, variables)
            deploy(account, root)
            served = {**TAGS, "environment": loaded.name} if loaded.name != "staging" else None
            source = simulation.export(account, [RUN] if loaded.name == "dev" else [], served)
            assert source
            sources[loaded.name] = source
            with account.entered():
                assert [m.what for m in ingest(mart, source, [], lambda _: None).months] == ["new"] * 3
        keep_samples(mart, simulation.samples(TAGS))
        yield Billed(mart, simulation, sources, root, Account(environments.load("dev", root), variables))
    finally:
        patch.undo()
        server.stop()


def deploy(account: Account, root: Path) -> None:
    """States as if all were deployed, and the bucket for the bill."""
    environment, s3 = account.environment, account.client("s3")
    for bucket in (environment.state_bucket, environment.bucket_name("billing")):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for stack in sorted((root / "cdktf.out" / "stacks").glob(f"{environment.name}-*")):
        content = json.dumps(state(json.loads((stack / "cdk.tf.json").read_text())))
        part = stack.name.removeprefix(f"{environment.name}-")
        s3.put_object(Bucket=environment.state_bucket, Key=f"{environment.name}/{part}.tfstate", Body=content)
    priced.keep(environment.name, root)


def keep_samples(mart: Mart, file: Path) -> None:
    with mart.connect() as db:
        reading.hours(db, file)
        reading.keep.keep(db, mart, "gpus", reading.keep.months_of(db, "gpus"), {"simulated": True})


def test_the_export_has_the_columns_that_the_platform_asks_aws_for() -> None:
    asked = (CHECKOUT / "infra" / "bill" / "focus.sql").read_text().split("SELECT")[1].split("FROM")[0]
    made = re.findall(r"(?: AS |^  |, )([A-Z]\w+|x_\w+)(?=,|\n)", QUERY.split("FROM (")[0])
    assert made == [name.strip() for name in asked.split(",")]


def test_exports_go_where_the_platform_has_them_delivered(billed: Billed) -> None:
    prod = environments.load("prod", billed.root)
    assert billed.sources["prod"] == f"s3://{prod.bucket_name('billing')}/focus/groundway-prod-focus"
    assert Path(billed.sources["dev"]).is_dir()  # dev exports nothing
    kept = billed.mart.facts(*billed.mart.files("charges"))
    assert kept
    assert all(said["simulated"] is True for said in kept.values())


def test_every_amount_is_a_quantity_times_a_price_of_the_book(billed: Billed) -> None:
    book, dev = price_book.load(), environments.load("dev", billed.root)
    [(hours, cost)] = billed.rows(
        "SELECT quantity, effective FROM charges WHERE account = ? AND day = '2026-11-02' "
        "AND usage_type = 'EUW1-NatGateway-Hours'",
        dev.account,
    )
    assert (hours, cost) == (24, 24 * book.price("nat.hour", "eu-west-1").usd)
    rows = billed.rows(
        "SELECT quantity, effective, description FROM charges WHERE category = 'Usage' AND effective <> 0"
    )
    assert len(rows) > 30_000
    for quantity, cost, description in rows:
        price = Decimal(description.split()[0].removeprefix("$"))
        assert abs(Decimal(str(quantity)) * price - cost) <= Decimal("1E-10"), description


def test_what_is_deployed_is_on_the_bill_under_its_name_and_tags_and_nothing_else_is(billed: Billed) -> None:
    [(project,)] = billed.rows(
        "SELECT DISTINCT project FROM charges WHERE resource LIKE '%aws_nat_gateway/%' AND environment = 'prod'"
    )
    assert project == "groundway"
    assert billed.rows("SELECT * FROM charges WHERE usage_type LIKE '%g6e%'") == []  # Karpenter has started nothing
    untagged = billed.rows("SELECT DISTINCT resource FROM charges WHERE team IS NULL AND resource LIKE 'vol-%'")
    assert len(untagged) == 1
    tagged = billed.rows(
        "SELECT count(DISTINCT resource) FROM charges WHERE team IS NOT NULL AND resource LIKE 'vol-%'"
    )
    assert tagged[0][0] > 100  # disks of nodes carry what their launch template says


def test_a_month_costs_about_what_the_estimate_says(billed: Billed) -> None:
    for name in environments.names(billed.root):
        account = environments.load(name, billed.root).account
        [(cost,)] = billed.rows(
            "SELECT sum(effective) FROM charges WHERE account = ? AND period = '2026-10-01' AND category = 'Usage' "
            "AND service_code <> 'AmazonSageMaker' AND NOT (team IS NULL AND usage_type LIKE '%gp3')",
            account,
        )
        karpenter = sum(
            line.monthly.expected for line in priced.price(name, billed.root).lines if line.type == "karpenter_pool"
        )
        estimated = priced.price(name, billed.root).monthly.expected - karpenter
        assert abs(cost / estimated - 1) < Decimal("0.05"), name


def test_runs_and_servers_are_charged_as_sagemaker_would(billed: Billed) -> None:
    book = price_book.load()
    [(run_, model, cost, told_)] = billed.rows(
        "SELECT run, model, effective, description FROM charges WHERE usage_type = ?", f"EUW1-Train:{TRAINED_ON}"
    )
    assert (run_, model) == (RUN.name, MODEL)
    price = book.sagemaker(TRAINED_ON, "eu-west-1").usd
    assert abs(cost - RUN.seconds * MINUTES / 3600 * price) < Decimal("1E-9")
    assert "36.5 s of the demo, charged as 36.5 min" in told_
    served = billed.rows(
        "SELECT environment, count(*), sum(effective) FROM charges WHERE usage_type = ? GROUP BY 1 ORDER BY 1",
        f"EUW1-Host:{SERVED_ON}",
    )
    days = len(billed.simulation.calendar.days)
    whole = 24 * days * book.sagemaker(SERVED_ON, "eu-west-1").usd
    assert served == [("dev", days, whole), ("prod", days, whole)]


def test_tax_credit_and_spot(billed: Billed) -> None:
    october = "FROM charges WHERE period = '2026-10-01'"
    by_category = dict(billed.rows(f"SELECT category, sum(billed) {october} GROUP BY 1"))
    assert by_category["Credit"] == -25
    assert abs(by_category["Tax"] - by_category["Usage"] * VAT) < Decimal("1E-8")
    spot = billed.rows(f"SELECT DISTINCT usage_type, effective < list {october} AND pricing = 'Dynamic'")
    assert sorted(spot) == [("EUW1-SpotUsage:g5.xlarge", True), ("EUW1-SpotUsage:m7i.large", True)]


def test_the_reports_find_what_was_left_running_and_nothing_else(billed: Billed) -> None:
    found = make("anomalies", billed.mart, Question.of(billed.mart, "2026-10", "2026-11"))
    assert len(found.rows) == 1, found.rows
    row = found.records()[0]
    saturday, sunday = billed.simulation.calendar.weekend
    assert (row["from"], row["to"]) == (saturday, sunday) == (date(2026, 11, 21), date(2026, 11, 22))
    assert "p5.48xlarge" in row["reason"]
    [(idle,)] = billed.rows(
        "SELECT sum(idle) / sum(hours) FROM gpus WHERE hour::DATE IN (?, ?) AND environment = 'prod' AND instance IN "
        "(SELECT resource FROM charges WHERE usage_type LIKE '%p5.48xlarge')",
        saturday,
        sunday,
    )
    assert idle == pytest.approx(1)
    assert LEFT_RUNNING == ("prod", "h100")


def test_gpus_were_watched_for_as_long_as_their_nodes_were_charged(billed: Billed) -> None:
    [(watched, charged)] = billed.rows(
        "SELECT (SELECT sum(hours) FROM gpus WHERE instance = i), (SELECT sum(quantity) * 8 FROM charges WHERE "
        "resource = i) FROM (SELECT any_value(resource) AS i FROM charges WHERE usage_type LIKE '%p5.48xlarge' "
        "AND day = '2026-11-03')"
    )
    assert watched == pytest.approx(charged, abs=8 * 5 / 60)
    parts = billed.rows("SELECT sum(useful), sum(underused), sum(idle), sum(unallocated), sum(hours) FROM gpus")[0]
    assert min(parts) > 0
    assert sum(parts[:4]) == pytest.approx(parts[4])


def test_what_the_demo_tells_and_the_whole_report(billed: Billed, tmp_path: Path) -> None:
    bill = told(billed.mart, date(2026, 11, 1), tmp_path / "report" / "cost.html")
    assert bill.simulated
    tables = {table.name: table for table in bill.tables}
    assert list(tables) == ["bill-teams", "bill-models", "bill-gpu", "bill-forecast", "bill-anomalies"]
    assert all(table.chart for table in tables.values() if table.name != "bill-anomalies")
    assert {row[0] for row in tables["bill-models"].rows} >= {"shared", MODEL, "(none)"}
    assert bill.spent == tables["bill-teams"].total[1]
    page = (tmp_path / "report" / bill.page).read_text()
    assert "Simulated: nobody was billed" in page


def test_the_same_bill_comes_again(billed: Billed, tmp_path: Path) -> None:
    again = Simulation(billed.root, tmp_path, "dev", MODEL, AT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GROUNDWAY_HOME", str(billed.simulation.folder.parent))
        source = again.export(billed.dev, [RUN], {**TAGS, "environment": "dev"})
    name = "data/BILLING_PERIOD=2026-10/groundway-dev-focus-00001.snappy.parquet"
    assert (Path(str(source)) / name).read_bytes() == (Path(billed.sources["dev"]) / name).read_bytes()


# the parts


@pytest.mark.parametrize(
    ("last", "first", "weekend"),
    [
        (date(2026, 11, 23), date(2026, 9, 1), date(2026, 11, 21)),  # a Monday
        (date(2026, 11, 22), date(2026, 9, 1), date(2026, 11, 14)),  # Sunday itself is not over
        (date(2026, 3, 1), date(2025, 12, 1), date(2026, 2, 21)),  # a month's first day, and a Sunday
    ],
    ids=str,
)
def test_the_calendar(last: date, first: date, weekend: date) -> None:
    calendar = Calendar(last)
    assert (calendar.first, calendar.days[-1], calendar.weekend[0]) == (first, last, weekend)
    assert len(calendar.days) > 60
    assert all(day < last for day in calendar.weekend)
    assert calendar.shown == weekend.replace(day=1)


def test_a_month_of_days_makes_a_month() -> None:
    days = [date(2026, 10, n) for n in range(1, 32)]
    assert sum(share(day, "GB-month") for day in days) == pytest.approx(1)
    assert 730 * share(days[0], "hour") == pytest.approx(24)
    week = [work("x", day) for day in days[:28]]
    assert sum(week) / 28 == pytest.approx(1, abs=0.1)
    assert [work("x", day) for day in days[:28]] == week != [work("y", day) for day in days[:28]]


def test_a_line_that_nobody_named_is_refused() -> None:
    assert meter("aws_nat_gateway", "gateway").usage_type == "NatGateway-Hours"
    with pytest.raises(InvalidInput, match=r"meters\.csv: no row for aws_new, 'gateway'"):
        meter("aws_new", "gateway")


@pytest.mark.parametrize(
    ("region", "known"), [("eu-west-1", "EUW1"), ("us-east-1", "USE1"), ("ap-southeast-2", "APS2")]
)
def test_regions_on_a_bill(region: str, known: str) -> None:
    assert code(region) == known


def test_a_run_lasts_from_its_naming_until_it_is_registered() -> None:
    registered, ended = datetime(2026, 11, 23, 9, 27, 33), datetime(2026, 11, 23, 9, 27, 34, 610000)
    assert run({"run": "m-20261123t092659z-662d"}, registered, ended).seconds == Decimal("35.61")
    assert run({"run": "by-hand"}, registered, ended).seconds == Decimal("1.61")
