"""The parts of a rehearsal by themselves: what is read, in which order, how it is judged; each beside what fails."""

import json
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from click.testing import CliRunner

from groundway.errors import GroundwayError, InvalidInput, Refused
from groundway_ops.rehearsal import rehearse
from groundway_ops.rehearsal.checkout import Checkout, Stack, stacks_in
from groundway_ops.rehearsal.deploy import counted, not_empty
from groundway_ops.rehearsal.holdings import differences
from groundway_ops.rehearsal.local_cloud import assert_loopback, clean
from groundway_ops.rehearsal.messages import Told, read
from groundway_ops.rehearsal.order import PARALLEL, Failed, all_at_once, in_order
from groundway_ops.rehearsal.page import render
from groundway_ops.rehearsal.phases import Phases
from groundway_ops.rehearsal.plans import Change, changes
from groundway_ops.rehearsal.processes import MARK, Processes, Stopped, sweep
from groundway_ops.rehearsal.protection import unprotected
from groundway_ops.rehearsal.record import Phase, Record, latest, table
from groundway_ops.rehearsal.terraform import Plan, in_state
from groundway_ops.rehearsal.transition import Loss, lost

CHECKOUT = Path(__file__).parents[2]


def told(*messages: dict[str, Any]) -> Told:
    found = Told()
    for message in read(json.dumps(m) + "\n" for m in messages):
        found.take(message)
    return found


# what Terraform says


def test_messages_are_read_and_noise_between_them_is_not() -> None:
    assert list(read(["warming up\n", "[1]\n", '{"no": "type"}\n', '{"type": "version"}\n'])) == [{"type": "version"}]


def test_planned_changes_count_by_address_and_reads_do_not() -> None:
    def planned(address: str, action: str) -> dict[str, Any]:
        return {"type": "planned_change", "change": {"resource": {"addr": address}, "action": action}}

    found = told(planned("aws_a.x", "create"), planned("aws_b.x", "replace"), planned("data.aws_c.x", "read"))
    assert found.planned == {"aws_a.x": "create", "aws_b.x": "replace"}
    assert told(planned("aws_a.x", "noop")).planned == {}


def test_completed_changes_and_errors_are_told() -> None:
    found = told(
        {"type": "apply_start", "hook": {"action": "create"}},
        {"type": "apply_complete", "hook": {"action": "create"}},
        {"type": "apply_start", "hook": {"action": "read"}},
        {"type": "apply_complete", "hook": {"action": "read"}},
        {"type": "diagnostic", "diagnostic": {"severity": "warning", "summary": "old"}},
        {
            "type": "diagnostic",
            "diagnostic": {"severity": "error", "summary": "no", "detail": "two\n words", "address": "aws_a.x"},
        },
        {"type": "change_summary", "changes": {"add": 1, "change": 0, "remove": 2, "operation": "apply"}},
    )
    assert (found.started, found.complete) == (1, 1)
    assert found.errors == ["aws_a.x: no: two words"]
    assert found.counts == {"add": 1, "change": 0, "remove": 2}


def entry(address: str, actions: list[str], **change: Any) -> dict[str, Any]:
    return {
        "address": address,
        "type": address.partition(".")[0],
        "mode": "managed",
        "change": {"actions": actions, **change},
    }


def test_a_plan_is_read_attribute_by_attribute() -> None:
    document = {
        "resource_changes": [
            entry("aws_a.same", ["no-op"]),
            entry("aws_a.x", ["update"], before={"a": 1, "b": 2}, after={"a": 1, "b": 3}, after_unknown={}),
            entry("aws_a.unknown", ["update"], before={"a": 1}, after={}, after_unknown={"a": True}),
            entry(
                "aws_b.x", ["delete", "create"], before={"n": 1}, after={"n": 2}, replace_paths=[["n"], ["s", 0, "k"]]
            ),
            entry("aws_b.first", ["create", "delete"]),
            entry("aws_c.x", ["delete"], before={"n": 1}, after=None),
        ]
    }
    found = changes(document)
    assert set(found) == {"aws_a.x", "aws_a.unknown", "aws_b.x", "aws_b.first", "aws_c.x"}
    assert found["aws_a.x"].attributes == {"b"}
    assert found["aws_a.unknown"].attributes == frozenset()  # an unknown value shows no difference
    assert found["aws_b.x"].replaces
    assert found["aws_b.first"].replaces
    assert found["aws_b.x"].because == ("n", "s.0.k")
    assert (found["aws_c.x"].destroys, found["aws_c.x"].replaces, found["aws_a.x"].replaces) == (True, False, False)
    assert changes({}) == {}


def test_a_state_is_read_by_address() -> None:
    def resource(mode: str, name: str, *instances: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"mode": mode, "type": "aws_a", "name": name, "instances": list(instances), **more}

    one = {"attributes": {"id": "1"}}
    state = {
        "resources": [
            resource("managed", "x", one),
            resource("managed", "many", {**one, "index_key": 0}, {**one, "index_key": "a"}),
            resource("managed", "inside", one, module="module.m"),
            resource("managed", "old", {**one, "deposed": "1234"}),
            resource("data", "d", one),
        ]
    }
    found = [r.address for r in in_state(state)]
    assert found == ["aws_a.x", "aws_a.many[0]", 'aws_a.many["a"]', "module.m.aws_a.inside"]
    assert in_state({}) == []


# the order of stacks


def stacks(**before: str) -> list[Stack]:
    return [Stack(name, Path(), tuple(d.split())) for name, d in before.items()]


def test_stacks_come_after_those_they_depend_on_and_before_them_backwards() -> None:
    made = stacks(c="a b", b="a", a="", d="elsewhere")
    order: list[str] = []
    in_order(made, lambda s: order.append(s.name))
    assert order.index("a") < order.index("b") < order.index("c")
    order.clear()
    assert set(in_order(made, lambda s: order.append(s.name), backwards=True)) == set("abcd")
    assert order.index("c") < order.index("b") < order.index("a")


def test_independent_stacks_are_worked_on_at_once() -> None:
    meet = threading.Barrier(PARALLEL, timeout=10)
    assert len(in_order(stacks(a="", b="", c="", d=""), lambda _: meet.wait())) == PARALLEL
    assert len(all_at_once(stacks(a="", b="a", c="b", d="c"), lambda _: meet.wait())) == PARALLEL


def test_what_depends_on_a_failed_stack_has_no_turn_and_the_rest_goes_on() -> None:
    seen: list[str] = []

    def work(stack: Stack) -> str:
        seen.append(stack.name)
        if stack.name == "a":
            raise GroundwayError("a: no luck")
        return stack.name

    with pytest.raises(Failed) as failed:
        in_order(stacks(a="", b="a", c=""), work)
    assert sorted(seen) == ["a", "c"]
    assert failed.value.problems == {"a": "a: no luck", "b": "b: had no turn, since a stack before it failed"}
    assert failed.value.done == {"c": "c"}


def test_the_manifest_names_the_stacks(tmp_path: Path) -> None:
    manifest = {"stacks": {"dev-a": {"workingDirectory": "stacks/dev-a", "dependencies": ["dev-b"]}}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    assert stacks_in(tmp_path) == [Stack("dev-a", tmp_path / "stacks/dev-a", ("dev-b",))]


# verdicts


def test_plans_that_are_not_empty_are_named() -> None:
    plans = {
        "dev-a": Plan(True, {}),
        "dev-b": Plan(False, {"aws_x.y": "update"}),
        "dev-c": Plan(False, {}),
        "dev-d": Plan(False, {f"aws_x.{i}": "create" for i in range(10)}),
    }
    b, c, d = not_empty(plans)
    assert b == "dev-b: the plan is not empty: update aws_x.y"
    assert c == "dev-c: the plan is not empty: outputs change"
    assert d.endswith("and 2 more")
    assert not_empty({"dev-a": Plan(True, {})}) == []


def test_counts_of_all_stacks_are_added() -> None:
    told_of = {"a": {"add": 2, "change": 0, "remove": 0}, "b": {"add": 1, "change": 3, "remove": 0}}
    assert counted(told_of) == "3 added, 3 changed in 2 stacks"
    assert counted({"a": {}}) == "nothing changed in 1 stacks"


def test_leftovers_name_account_service_kind_and_number() -> None:
    before = {"1": {"s3": {"buckets": 1}}}
    after = {"1": {"s3": {"buckets": 1}, "logs": {"groups": 2}}, "2": {"kms": {"keys": 1}}}
    assert differences(before, after) == ["account 1: logs: groups: 2 more", "account 2: kms: keys: 1 more"]
    assert differences(after, before)[0] == "account 1: logs: groups: 2 fewer"
    assert differences(before, before) == []


def test_a_destroy_must_be_refused_and_for_the_protection() -> None:
    assert unprotected("prod-a", None) == "prod-a: was destroyed without the explicit word"
    why = unprotected("prod-a", "aws_subnet.x: has dependencies")
    assert why
    assert "not for its protection" in why
    assert unprotected("prod-a", "aws_s3_bucket.x: Instance cannot be destroyed") is None
    assert unprotected("prod-a", "Deletion protection is enabled") is None


def test_what_an_upgrade_loses_is_named_and_stateful_or_not() -> None:
    change = Change("aws_dynamodb_table.t", "aws_dynamodb_table", ("delete", "create"), frozenset(), ("name",))
    found = lost("dev-a", [change, replace(change, address="aws_eip.e", type="aws_eip", actions=("delete",))])
    assert found == [
        Loss("aws_dynamodb_table.t", "dev-a: aws_dynamodb_table.t is replaced because of name", stateful=True),
        Loss("aws_eip.e", "dev-a: aws_eip.e is destroyed", stateful=False),
    ]
    assert lost("dev-a", [replace(change, actions=("update",)), replace(change, actions=("create",))]) == []


# phases and the record


def record() -> Record:
    return Record(environment="dev", revision="0" * 40, started="now")


def test_a_failing_phase_does_not_hide_the_next() -> None:
    phases = Phases(record(), lambda _: None)

    def one_of_two() -> str:
        raise Failed({"dev-a": "dev-a: no luck", "dev-b": "dev-b: had no turn"}, {})

    def unforeseen() -> str:
        raise KeyError("x")

    def breach() -> str:
        phases.breach("the lamp is out")
        return "looked"

    assert phases.run("good", lambda: "fine")
    assert not any([phases.run("bad", one_of_two), phases.run("worse", unforeseen), phases.run("found", breach)])
    phases.skip(["never"], "no use")
    kept = phases.record
    assert [(p.name, p.ok, p.verdict) for p in kept.phases] == [
        ("good", True, "ok"),
        ("bad", False, "BREACH"),
        ("worse", False, "BREACH"),
        ("found", False, "BREACH"),
        ("never", False, "not run"),
    ]
    assert kept.breaches == [
        "bad: dev-a: no luck",
        "bad: dev-b: had no turn",
        "worse: KeyError: 'x'",
        "found: the lamp is out",
    ]
    assert not kept.ok


def test_being_stopped_is_no_breach() -> None:
    phases = Phases(record(), lambda _: None)

    def stopped() -> str:
        raise Stopped

    with pytest.raises(Stopped):
        phases.run("a phase", stopped)
    assert phases.record.phases == []


def test_the_record_holds_what_it_says_and_comes_back(tmp_path: Path) -> None:
    kept = record()
    kept.from_ = "1" * 40
    assert list(json.loads(kept.json_text())) == [
        "environment", "scope", "revision", "dirty", "blueprint", "configuration", "started", "resources", "types",
        "by_type", "phases", "breaches", "replacements", "replacements_back", "accepted", "from", "from_blueprint",
        "from_configuration",
    ]  # fmt: skip
    (tmp_path / "dev.json").write_text(kept.json_text())
    assert Record.load(tmp_path / "dev.json") == kept


def test_the_latest_record_is_found_none_is_none_and_what_is_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROUNDWAY_HOME", str(tmp_path))
    assert latest("dev") is None
    (tmp_path / "rehearsals").mkdir()
    path = tmp_path / "rehearsals" / "dev.json"
    path.write_text(record().json_text())
    assert latest("dev") == record()
    assert latest("prod") is None
    for wrong in ("", "[]", '{"environment": "dev"}', "\0"):
        path.write_text(wrong)
        with pytest.raises(InvalidInput, match="no record of a rehearsal"):
            latest("dev")


def test_a_record_of_before_digests_is_read(tmp_path: Path) -> None:
    before = {
        "environment": "dev", "revision": "0" * 40 + "-dirty", "started": "now", "resources": 1, "types": 1,
        "by_type": {}, "phases": [], "breaches": [], "replacements": [], "from": None,
    }  # fmt: skip
    (tmp_path / "dev.json").write_text(json.dumps(before))
    read = Record.load(tmp_path / "dev.json")
    assert (read.scope, read.blueprint, read.configuration, read.from_blueprint) == ("whole", None, None, None)


def test_table_and_page_show_phases_and_breaches() -> None:
    kept = record()
    kept.phases = [
        Phase(name="deploy", ok=True, seconds=1.25, detail="9 added"),
        Phase(name="drift", ok=False, seconds=2, detail="8 of 9"),
    ]
    kept.breaches, kept.by_type, kept.from_ = ["drift: <aws_x.y> & more"], {"aws_x": 9}, "1" * 40
    kept.replacements, kept.replacements_back = ["dev-a: aws_x.z is replaced"], ["dev-a: aws_x.w is destroyed"]
    kept.dirty, kept.blueprint, kept.accepted = True, "sha256:12", ["aws_x.z"]
    shown = table(kept)
    assert [line.split()[:2] for line in shown.splitlines()[2:4]] == [["deploy", "ok"], ["drift", "BREACH"]]
    assert "BREACH drift: <aws_x.y> & more" in shown
    page = render(kept)
    assert "drift: &lt;aws_x.y&gt; &amp; more" in page
    assert "breached" in page
    assert "aws_x.z is replaced" in page
    assert "aws_x.w is destroyed" in page
    assert "sha256:12" in page
    assert "dev at 000000000000-dirty" in shown
    assert "http" not in page.replace("http-equiv", "")  # self-contained
    kept.breaches, kept.phases[1].ok = [], True
    assert "breached" not in render(kept)


# processes and places


def test_stopped_processes_are_gone_and_no_other_starts(tmp_path: Path) -> None:
    processes = Processes()
    child = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    found: list[BaseException] = []

    def run() -> None:
        try:
            processes.run([sys.executable, "-c", child], tmp_path, {MARK: str(tmp_path)})
        except BaseException as e:
            found.append(e)

    thread = threading.Thread(target=run)
    thread.start()
    deadline = time.monotonic() + 20
    while not processes._running and time.monotonic() < deadline:
        time.sleep(0.02)
    processes.stop()
    thread.join(20)
    assert [type(e) for e in found] == [Stopped]
    assert sweep(tmp_path) == 0
    with pytest.raises(Stopped):
        processes.run([sys.executable, "-c", ""], tmp_path, {})


def test_what_a_killed_rehearsal_left_is_found_by_its_directory(tmp_path: Path) -> None:
    def start(directory: Path) -> subprocess.Popen[bytes]:
        env = {MARK: str(directory)}
        return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], env=env, start_new_session=True)

    ours, other = start(tmp_path / "dev"), start(tmp_path / "prod")
    try:
        time.sleep(0.3)
        assert sweep(tmp_path / "dev") == 1
        assert not psutil.pid_exists(ours.pid)
        assert other.poll() is None
    finally:
        for process in (ours, other):
            process.kill()
            process.wait()


def test_nothing_of_another_cloud_or_a_proxy_is_passed_on() -> None:
    given = {
        "AWS_PROFILE": "p", "AWS_ENDPOINT_URL_S3": "https://x", "TF_VAR_a": "1", "TERRAFORM_BINARY_NAME": "t",
        "GROUNDWAY_CLOUD": "aws", "https_proxy": "x", "NO_PROXY": "x", "PYTHONPATH": "x", "NODE_OPTIONS": "x",
    }  # fmt: skip
    kept = {"PATH": "/bin", "HOME": "/h", "GROUNDWAY_CDK": "cdktn", "XAWS_A": "1"}
    assert clean(given | kept) == kept


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"AWS_ENDPOINT_URL": "https://sts.amazonaws.com"},
        {"AWS_ENDPOINT_URL": "http://127.0.0.1.example.invalid"},
        {"AWS_ENDPOINT_URL": "http://10.0.0.1:5000"},
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_S3": "https://s3.amazonaws.com"},
    ],
)
def test_an_endpoint_elsewhere_is_refused(env: dict[str, str]) -> None:
    with pytest.raises(Refused, match="not on this machine"):
        assert_loopback(env)


def test_an_endpoint_here_is_taken() -> None:
    for here in ("http://127.0.0.1:5000", "http://localhost:5000", "http://[::1]:5000"):
        assert_loopback({"AWS_ENDPOINT_URL": here, "AWS_ENDPOINT_URL_S3": here})


# revisions


def test_a_revision_is_found_laid_out_and_told_from_a_changed_one(tmp_path: Path) -> None:
    root = tmp_path / "checkout"
    root.mkdir()

    def git(*arguments: str) -> None:
        who = ("-c", "user.name=t", "-c", "user.email=t@example.invalid")
        subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)

    checkout = Checkout(root)
    assert checkout.revision() == "unknown"
    with pytest.raises(InvalidInput, match="has no history"):
        checkout.commit("HEAD")
    git("init", "-q")
    (root / "a").write_text("1")
    git("add", "a")
    git("commit", "-qm", "one")
    git("tag", "v1")
    first = checkout.revision()
    assert not checkout.dirty()
    assert checkout.commit("v1") == checkout.commit(first[:8]) == first
    (root / "a").write_text("2")
    assert (checkout.revision(), checkout.dirty()) == (first, True)
    assert (checkout.at(first, tmp_path / "earlier").root / "a").read_text() == "1"
    assert (root / "a").read_text() == "2"
    for wrong in ("v2", "--all", "HEAD:a"):
        with pytest.raises(InvalidInput, match="no such revision"):
            checkout.commit(wrong)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "nowhere"),
        (["dev", "--from", "no-such-revision"], "no-such-revision"),
        ([], "ENV"),
        (["dev", "--change", "--accept", "aws_x.y"], "--accept"),
    ],
)
def test_what_is_not_there_is_refused_before_anything_starts(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROUNDWAY_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(CHECKOUT)
    done = CliRunner().invoke(rehearse, arguments)
    assert (done.exit_code, said in done.stderr) == (2, True)
    assert not (tmp_path / "home").exists()
