"""The seam: the bindings stay typed though they are loaded lazily, and nothing else knows which engine there is."""

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra import cdk
from infra.cdk import TerraformStack, aws

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def stack() -> TerraformStack:
    return TerraformStack(cdk.Testing.app(), "stack")


def test_a_right_call_is_taken(stack: TerraformStack) -> None:
    bucket = aws.s3_bucket.S3Bucket(stack, "bucket", bucket="right", force_destroy=True, tags={"a": "b"})
    assert cdk.Testing.to_have_resource_with_properties(
        cdk.Testing.synth(stack), "aws_s3_bucket", {"bucket": "right", "force_destroy": True, "tags": {"a": "b"}}
    )
    assert "TfToken" in bucket.arn or "${" in bucket.arn


def test_a_wrong_keyword_is_a_type_error(stack: TerraformStack) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'bukcet'"):
        aws.s3_bucket.S3Bucket(stack, "bucket", bukcet="x")


def test_a_missing_argument_is_a_type_error(stack: TerraformStack) -> None:
    with pytest.raises(TypeError, match="missing 3 required keyword-only arguments: 'node_role_arn'"):
        aws.eks_node_group.EksNodeGroup(stack, "nodes", cluster_name="c")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"bucket": 3}, "bucket"),
        ({"force_destroy": "yes"}, "force_destroy"),
        ({"tags": ["a"]}, "tags"),
        ({"lifecycle_rule": [1]}, "lifecycle_rule"),
    ],
)
def test_a_wrong_type_is_a_type_error(arguments: dict[str, object], named: str, stack: TerraformStack) -> None:
    with pytest.raises(TypeError, match=f"argument {named}"):
        aws.s3_bucket.S3Bucket(stack, "bucket", **arguments)


def test_a_wrong_type_inside_a_block_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="argument min_size"):
        aws.eks_node_group.EksNodeGroupScalingConfig(min_size="none", desired_size=0, max_size=1)


def test_nothing_is_not_a_value_for_what_must_be_there(stack: TerraformStack) -> None:
    with pytest.raises(TypeError, match="argument topic_arn"):
        aws.sns_topic_subscription.SnsTopicSubscription(stack, "s", topic_arn=None, protocol="email", endpoint="a@b.c")


def test_the_engines_own_classes_are_checked_too(stack: TerraformStack) -> None:
    with pytest.raises(TypeError, match="argument bucket"):
        cdk.S3Backend(stack, bucket=3, key="k")


def test_an_unknown_module_is_named() -> None:
    with pytest.raises(AttributeError, match="no module 's3_bukcet'"):
        _ = aws.s3_bukcet


def test_ordinary_imports_give_the_same_classes() -> None:
    module = importlib.import_module(f"{cdk.PACKAGE}.sqs_queue")
    assert module.SqsQueue is aws.sqs_queue.SqsQueue


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if k not in ("GROUNDWAY_CDK", "NODE_OPTIONS")}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, env={**env, **environment}, capture_output=True, text=True
    )


def test_only_what_is_named_is_loaded() -> None:
    code = (
        "import sys; from infra import cdk; cdk.aws.sns_topic; "
        "print(*sorted(m for m in sys.modules if m.startswith(cdk.PACKAGE) and not m.endswith('_private')))"
    )
    loaded = python(code).stdout.split()
    assert loaded == [cdk.PACKAGE, f"{cdk.PACKAGE}._jsii", f"{cdk.PACKAGE}.sns_topic"]


def test_node_options_are_added_to_once() -> None:
    code = (
        "import os, subprocess, sys; import infra.cdk; first = os.environ['NODE_OPTIONS']; "
        "print(first); print(subprocess.check_output([sys.executable, '-c', "
        "'import os, infra.cdk; print(os.environ[\"NODE_OPTIONS\"])'], text=True))"
    )
    first, second = python(code, NODE_OPTIONS="--unhandled-rejections=warn").stdout.split("\n")[:2]
    assert first.startswith("--unhandled-rejections=warn --require ")
    assert first == second


def test_a_directory_with_a_space_works(tmp_path: Path) -> None:
    copy = tmp_path / "with space" / "infra"
    copy.mkdir(parents=True)
    for name in ("__init__.py", "cdk.py", "lazy.cjs", "sources.py"):
        (copy / name).write_bytes((CHECKOUT / "infra" / name).read_bytes())
    code = "import sys; sys.path.insert(0, sys.argv[1]); from infra import cdk; print(cdk.__file__, cdk.Testing.app())"
    run = subprocess.run([sys.executable, "-c", code, str(copy.parent)], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "with space" in run.stdout


def test_an_unknown_engine_is_refused() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "infra.cdk", "--warm"],
        cwd=CHECKOUT,
        env={**os.environ, "GROUNDWAY_CDK": "cdk8s"},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 2
    assert run.stderr == "Error: GROUNDWAY_CDK is 'cdk8s'; it must be one of: cdktf, cdktn\n"


def test_warming_up_twice_does_nothing_the_second_time(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        run = subprocess.run(
            [sys.executable, "-m", "infra.cdk", "--warm"], cwd=CHECKOUT, capture_output=True, text=True
        )
        assert run.returncode == 0, run.stderr
    assert run.stdout == f"{cdk.ENGINE}: jsii is warm\n"


def test_warming_up_an_empty_cache_builds_the_index(tmp_path: Path) -> None:
    env = {**os.environ, "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "infra.cdk", "--warm"]
    run = subprocess.run(command, cwd=CHECKOUT, env=env, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "jsii is warm after" in run.stdout
    assert list((tmp_path / "cache" / f"@{cdk.ENGINE}" / "provider-aws").rglob(".jsii.runtime.v1.json"))


def test_nothing_but_the_seam_knows_the_engine() -> None:
    names = re.compile(r"cdktf|cdktn", re.IGNORECASE)
    # The command line has the same name as the default engine; what speaks of the command, or of its directory, may.
    command = re.compile(r"cdktf (synth|deploy|destroy)|`cdktf`|cdktf\.out|cdktf\.json")
    files = [*(CHECKOUT / "infra").glob("*"), *(CHECKOUT / "stacks").glob("*.py")]
    assert len(files) > 20
    told = {
        f"{f.relative_to(CHECKOUT)}:{i}"
        for f in files
        if f.is_file() and f.name not in ("cdk.py", "lazy.cjs")
        for i, line in enumerate(f.read_text().splitlines(), 1)
        if names.search(command.sub("", line))
    }
    assert not told
