import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import boto3
import psutil
import pytest

from groundway.errors import GroundwayError, InvalidInput, Refused, Unavailable
from groundway.platform import Platform
from groundway.tags import CostTags
from groundway.training import LocalTarget, TrainingJob, load_model

TAGS = CostTags(team="t", project="p", environment="dev", cost_center="c", owner="o", model="m", run="run-1")


def script(tmp_path: Path, body: str) -> Path:
    path = tmp_path / "train.py"
    path.write_text("import argparse, json, os, pathlib, sys\n" + textwrap.dedent(body))
    return path


def job(tmp_path: Path, body: str, **fields: object) -> TrainingJob:
    (tmp_path / "rows").mkdir(exist_ok=True)
    (tmp_path / "rows" / "a.txt").write_text("seven")
    defaults = {"channels": {"training": tmp_path / "rows"}, "tags": TAGS}
    return TrainingJob.model_validate({"script": script(tmp_path, body), **defaults, **fields})


WRITES = "pathlib.Path(os.environ['SM_MODEL_DIR'], 'model.txt').write_text('trained')\n"
TELLS = (
    """
    p = argparse.ArgumentParser()
    for name in ("depth", "rate", "seed"): p.add_argument("--" + name)
    told = {"arguments": vars(p.parse_args()), "environment": dict(os.environ), "cwd": os.getcwd()}
    told["channel"] = pathlib.Path(os.environ["SM_CHANNEL_TRAINING"], "a.txt").read_text()
    told["hash"] = hash("a string")
    pathlib.Path(os.environ["SM_OUTPUT_DATA_DIR"], "told.json").write_text(json.dumps(told))
    """
    + WRITES
)


def run_and_tell(tmp_path: Path, **fields: object) -> dict:
    import json

    result = LocalTarget(tmp_path / "home").run(job(tmp_path, TELLS, **fields))
    return json.loads((result.output_dir / "told.json").read_text())


def test_the_script_finds_what_sagemaker_would_give_it(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    told = run_and_tell(
        tmp_path, hyperparameters={"depth": 3, "rate": 0.1}, seed=7, environment={"EXTRA": "yes", "SM_NUM_CPUS": "2"}
    )
    given = told["environment"]
    assert told["arguments"] == {"depth": "3", "rate": "0.1", "seed": "7"}
    assert told["channel"] == "seven"
    assert given["SM_HPS"] == '{"depth": "3", "rate": "0.1", "seed": "7"}'
    assert given["SM_MODEL_DIR"].endswith("/runs/run-1/opt/ml/model")
    assert Path(given["SM_INPUT_CONFIG_DIR"], "hyperparameters.json").is_file()
    assert (given["EXTRA"], given["SM_NUM_CPUS"], given["OMP_NUM_THREADS"]) == ("yes", "2", "1")
    assert "AWS_SECRET_ACCESS_KEY" not in given
    assert told["cwd"] == str(tmp_path / "home" / "runs" / "run-1")


def test_the_seed_makes_a_run_repeatable(tmp_path: Path) -> None:
    first, again, other = (run_and_tell(tmp_path, seed=s)["hash"] for s in (1, 1, 2))
    assert first == again != other


def test_the_result_says_where_things_are_and_the_log_is_live(tmp_path: Path) -> None:
    lines: list[tuple[float, str]] = []
    body = "import time\nprint('epoch 1')\ntime.sleep(0.5)\nprint('epoch 2', file=sys.stderr)\n" + WRITES
    target = LocalTarget(tmp_path / "home", lambda line: lines.append((time.monotonic(), line)))
    result = target.run(job(tmp_path, body))
    assert [text for _, text in lines] == ["[run-1] epoch 1", "[run-1] epoch 2"]
    assert lines[1][0] - lines[0][0] > 0.4
    assert (result.model_dir / "model.txt").read_text() == "trained"
    assert result.log.read_text() == "epoch 1\nepoch 2\n"
    assert result.seconds > 0.4


def test_home_is_where_the_environment_says(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("GROUNDWAY_HOME", str(tmp_path / "elsewhere"))
    result = LocalTarget().run(job(tmp_path, WRITES))
    assert result.model_dir.is_relative_to(tmp_path / "elsewhere" / "runs" / "run-1")


def test_a_second_run_of_a_name_starts_empty(tmp_path: Path) -> None:
    target = LocalTarget(tmp_path / "home")
    target.run(job(tmp_path, WRITES))
    with pytest.raises(GroundwayError, match="wrote nothing into SM_MODEL_DIR"):
        target.run(job(tmp_path, "pass"))
    assert (tmp_path / "rows" / "a.txt").exists()  # the channel is a link; what it points to is the caller's


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("print('loading')\nraise ValueError('no rows')", ["exit code 1", "loading", "ValueError: no rows"]),
        ("for i in range(50): print('line', i)\nsys.exit(3)", ["exit code 3", "line 30", "line 49"]),
        (
            "pathlib.Path(os.environ['SM_OUTPUT_DIR'], 'failure').write_text('out of rows')\nsys.exit(1)",
            ["out of rows"],
        ),
        ("os.kill(os.getpid(), 9)", ["killed by SIGKILL", "it printed nothing"]),
    ],
)
def test_a_failing_script_is_an_error_with_its_last_words(tmp_path: Path, body: str, expected: list[str]) -> None:
    with pytest.raises(GroundwayError) as failed:
        LocalTarget(tmp_path / "home").run(job(tmp_path, body))
    for text in [*expected, "training.log"]:
        assert text in failed.value.message
    assert "line 29\n" not in failed.value.message


def test_what_cannot_run_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    good = job(tmp_path, WRITES)
    for changes, why in [
        ({"script": tmp_path / "none.py"}, "does not exist"),
        ({"channels": {"training": tmp_path / "none"}}, "neither a directory nor s3://"),
        ({"channels": {"../up": tmp_path}}, "'../up'"),
        ({"hyperparameters": {"seed": 1}}, "seed is a field"),
        ({"tags": TAGS.using(run="standing")}, "a run of its own"),
    ]:
        with pytest.raises(InvalidInput, match=why):
            LocalTarget(tmp_path / "home").run(good.model_copy(update=changes))
    assert not (tmp_path / "home").exists()


def test_a_channel_in_s3_is_downloaded(tmp_path: Path, platform: Platform) -> None:
    s3 = boto3.client("s3")
    for key in ("rows/a.txt", "rows/deep/b.txt", "other/c.txt"):
        s3.put_object(Bucket=platform.data.name, Key=key, Body=b"seven")
    told = run_and_tell(tmp_path, channels={"training": f"s3://{platform.data.name}/rows"})
    assert told["channel"] == "seven"
    found = tmp_path / "home" / "runs" / "run-1" / "opt" / "ml" / "input" / "data" / "training"
    assert sorted(str(p.relative_to(found)) for p in found.rglob("*.txt")) == ["a.txt", "deep/b.txt"]
    for uri, error in [(f"s3://{platform.data.name}/none", InvalidInput), ("s3://groundway-gone/x", Unavailable)]:
        with pytest.raises(error, match=uri):
            run_and_tell(tmp_path, channels={"training": uri})
    s3.put_object(Bucket=platform.data.name, Key="bad/../../up.txt", Body=b"x")
    with pytest.raises(InvalidInput, match="outside its channel"):
        run_and_tell(tmp_path, channels={"training": f"s3://{platform.data.name}/bad"})


@pytest.mark.parametrize("how", [signal.SIGINT, "children outlive the script"])
def test_no_process_is_left_behind(tmp_path: Path, how: object) -> None:
    """Ctrl-C reaches us and not the script, which has a group of its own; what the script started goes with it."""
    body = "import subprocess, time\nc = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    body += "pathlib.Path('pids').write_text(f'{os.getpid()} {c.pid}')\n" + WRITES
    if how == signal.SIGINT:
        body += "time.sleep(600)\n"
    caller = tmp_path / "caller.py"
    task = job(tmp_path, body).model_dump_json()
    caller.write_text(
        # Whoever starts the tests in the background has SIGINT ignored, and so would this.
        "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from pathlib import Path\nfrom groundway.training import LocalTarget, TrainingJob\n"
        f"LocalTarget(Path({str(tmp_path / 'home')!r})).run(TrainingJob.model_validate_json({task!r}))\n"
    )
    pids = tmp_path / "home" / "runs" / "run-1" / "pids"
    with subprocess.Popen([sys.executable, caller], env={**os.environ}, stderr=subprocess.DEVNULL) as process:
        if how == signal.SIGINT:
            deadline = time.monotonic() + 30
            while not (pids.exists() and pids.read_text()) and time.monotonic() < deadline:
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
        try:
            code = process.wait(30)
        finally:
            process.kill()
    assert (code == 0) == (how != signal.SIGINT)
    for pid in map(int, pids.read_text().split()):
        assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_model_of_scikit_learn_is_loaded(tmp_path: Path) -> None:
    import skops.io
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(max_iter=2).fit([[i] for i in range(60)], [i > 30 for i in range(60)])
    skops.io.dump(model, tmp_path / "model.skops")
    assert load_model(tmp_path / "model.skops").predict([[0], [59]]).tolist() == [False, True]


def test_a_model_of_anything_else_is_refused(tmp_path: Path) -> None:
    import skops.io
    from sklearn.preprocessing import FunctionTransformer

    skops.io.dump(FunctionTransformer(os.system), tmp_path / "evil.skops")
    with pytest.raises(Refused, match=r"not scikit-learn's: .*system"):
        load_model(tmp_path / "evil.skops")
    skops.io.dump(textwrap.TextWrapper(), tmp_path / "other.skops")
    with pytest.raises(Refused, match=r"textwrap\.TextWrapper"):
        load_model(tmp_path / "other.skops")


def test_what_is_not_a_model_says_so(tmp_path: Path) -> None:
    (tmp_path / "text.skops").write_text("hello")
    with pytest.raises(InvalidInput, match="is not a skops file"):
        load_model(tmp_path / "text.skops")
    with pytest.raises(InvalidInput, match="does not exist"):
        load_model(tmp_path / "none.skops")
