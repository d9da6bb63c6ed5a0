"""Where a construct was made is told as the line that a reader would point at, however the construct came about."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import jsii
import pytest

from infra import sources
from infra.cdk import App, Construct, TerraformStack, aws

CHECKOUT = Path(__file__).parents[2]
PYTHONS = {"cdktf": Path(sys.executable), "cdktn": CHECKOUT / ".venv-cdktn" / "bin" / "python"}
PROGRAM = CHECKOUT / "tests" / "infra" / "made_constructs.py"
HERE = Path(__file__).relative_to(CHECKOUT).as_posix()
Made = dict[str, dict[str, str]]  # stack, path in the stack ("." for itself): place


def run(program: list[str], out: Path, engine: str = "cdktf", cwd: Path = CHECKOUT) -> bytes:
    """Runs Python with `program` and `out`; gives the bytes that were written for the stack named `stack`."""
    python_path = os.pathsep.join([str(CHECKOUT / "python"), str(CHECKOUT)])
    env = {**os.environ, "GROUNDWAY_CDK": engine, "PYTHONPATH": python_path}
    command = [str(PYTHONS[engine]), *program, str(out)]
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return (out / "stacks" / "stack" / "sources.json").read_bytes()


def read(out: Path, stack: str = "stack") -> dict[str, str]:
    content = json.loads((out / "stacks" / stack / "sources.json").read_text())
    return {path.removeprefix(stack).removeprefix("/") or ".": place for path, place in content.items()}


def marked() -> dict[str, str]:
    """What the marks of the program say."""
    marks = {}
    for number, text in enumerate(PROGRAM.read_text().splitlines(), 1):
        for path in text.partition("# makes: ")[2].split():
            marks[path] = f"{PROGRAM.relative_to(CHECKOUT).as_posix()}:{number}"
    assert len(marks) > 20
    return marks


@pytest.fixture(scope="module", params=PYTHONS)
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert PYTHONS[request.param].exists(), f"{PYTHONS[request.param]} is missing: make setup-tests"
    out = tmp_path_factory.mktemp(request.param)
    run([str(PROGRAM)], out, request.param)
    return out


def test_every_way_to_make_a_construct_tells_its_line(written: Path) -> None:
    assert read(written) == marked()


def test_the_paths_are_those_of_the_metadata(written: Path) -> None:
    content = json.loads((written / "stacks/stack/cdk.tf.json").read_text())
    paths = {
        thing["//"]["metadata"]["path"].removeprefix("stack/")
        for kind in ("resource", "data")
        for members in content[kind].values()
        for thing in members.values()
    }
    assert {"with--slash", "regions", "held/in/queue"} < paths
    assert paths < read(written).keys()


def test_what_the_cdk_adds_by_itself_has_no_line(written: Path) -> None:
    stack, user = (json.loads((written / f"stacks/{name}/cdk.tf.json").read_text()) for name in ("stack", "user"))
    assert stack["output"]
    assert user["data"]["terraform_remote_state"]
    assert read(written, "user").keys() == {".", "aws", "backend", "queue"}
    assert not any("cross" in path for path in read(written))


def test_two_synths_write_the_same_bytes(written: Path, tmp_path: Path) -> None:
    engine = "cdktn" if "cdktn" in written.name else "cdktf"
    again = run([str(PROGRAM)], tmp_path / "again", engine, cwd=tmp_path)
    assert again == (written / "stacks/stack/sources.json").read_bytes()
    assert list(json.loads(again)) == sorted(json.loads(again))


def synth(app: App) -> Path:
    app.synth()
    sources.write(app)
    return Path(app.outdir)


def test_apps_of_one_process_do_not_mix(tmp_path: Path) -> None:
    first, second = (App(outdir=str(tmp_path / n), skip_validation=True) for n in "12")
    [one, two] = (TerraformStack(app, "stack") for app in (first, second))
    aws.sqs_queue.SqsQueue(one, "queue")
    aws.sqs_queue.SqsQueue(two, "queue")
    aws.sqs_queue.SqsQueue(two, "more")
    a, b = read(synth(first)), read(synth(second))
    assert (a.keys(), b.keys()) == ({".", "queue"}, {".", "queue", "more"})
    assert int(b["queue"].partition(":")[2]) == int(a["queue"].partition(":")[2]) + 1


def test_a_stack_with_the_beginning_of_anothers_name_is_another(tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path), skip_validation=True)
    for name in ("stack", "stack-2"):
        aws.sqs_queue.SqsQueue(TerraformStack(app, name), f"queue-of-{name}")
    synth(app)
    assert read(tmp_path).keys() == {".", "queue-of-stack"}
    assert read(tmp_path, "stack-2").keys() == {".", "queue-of-stack-2"}


def module_of(file: Path) -> ModuleType:
    file.write_text("def make(kind, stack, id):\n    return kind(stack, id)\n")
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_file_outside_the_checkout_is_told_whole(tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path / "out"), skip_validation=True)
    module_of(tmp_path / "theirs.py").make(aws.sqs_queue.SqsQueue, TerraformStack(app, "stack"), "queue")
    assert read(synth(app))["queue"] == f"{tmp_path.resolve().as_posix()}/theirs.py:2"


def test_what_an_installed_package_makes_is_told_as_the_line_that_called_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "INSTALLED", (*sources.INSTALLED, f"{tmp_path.resolve()}{os.sep}"))
    app = App(outdir=str(tmp_path / "out"), skip_validation=True)
    module_of(tmp_path / "package.py").make(aws.sqs_queue.SqsQueue, TerraformStack(app, "stack"), "queue")
    assert re.fullmatch(rf"{HERE}:\d+", read(synth(app))["queue"])


def test_what_no_file_makes_has_no_line(tmp_path: Path) -> None:
    code = (
        "import sys; from infra import sources; from infra.cdk import App, TerraformStack; "
        "app = App(outdir=sys.argv[1]); TerraformStack(app, 'stack'); app.synth(); sources.write(app)"
    )
    assert json.loads(run(["-c", code], tmp_path)) == {}


def test_noting_asks_node_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stack = TerraformStack(App(outdir=str(tmp_path)), "stack")
    process: Any = jsii.kernel.provider
    asked, send = [], process._process.send
    monkeypatch.setattr(process._process, "send", lambda *args: asked.append(args) or send(*args))
    Construct(stack, "one")
    assert len(asked) == 1, asked  # what makes it
