"""Whatever is in a stack can be found in the code: every line that is told is a call that makes just that."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from synthesis import CHECKOUT, Synthesized

Calls = dict[int, list[ast.Call]]  # by the line they begin in


@cache
def calls(file: str) -> Calls:
    found: Calls = {}
    for node in ast.walk(ast.parse((CHECKOUT / file).read_text())):
        if isinstance(node, ast.Call):
            found.setdefault(node.lineno, []).append(node)
    return found


@cache
def aliases(file: str) -> str:
    """What the file names without calling it, such as `rule = aws.x.Y`, in small letters."""
    called = {id(c.func) for found in calls(file).values() for c in found}
    names = (n for n in ast.walk(ast.parse((CHECKOUT / file).read_text())) if isinstance(n, ast.Attribute))
    return "\n".join(ast.unparse(n).lower() for n in names if id(n) not in called)


def split(place: str) -> tuple[str, int]:
    file, _, line = place.rpartition(":")
    return file, int(line)


def makes(call: ast.Call, file: str, kind: str, path: str) -> bool:
    """Whether `call` makes a `kind` ("aws_s3_bucket", "data.aws_region") with the last part of `path` as its id."""
    name = ast.unparse(call.func).rpartition(".")[2]
    wanted = kind.removeprefix("aws_").replace(".", "").replace("_", "")
    of_kind = name.lower() in (wanted, f"{wanted}a") if name[0].isupper() else f".{wanted}" in aliases(file)
    id = call.args[1] if len(call.args) > 1 else None
    return of_kind and (not isinstance(id, ast.Constant) or id.value == path.rpartition("/")[2])


def elements(content: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Kind and path of everything in a stack that carries a path."""
    for prefix, section in (("", "resource"), ("data.", "data")):
        for kind, members in content.get(section, {}).items():
            for thing in members.values():
                if kind != "terraform_remote_state":  # the CDK's own, for what one stack reads of another
                    yield prefix + kind, thing["//"]["metadata"]["path"]


def test_every_resource_and_data_source_is_made_by_the_line_that_is_told(synthesized: Synthesized) -> None:
    seen = set()
    for stack, content in synthesized.stacks.items():
        for kind, path in elements(content):
            file, line = split(synthesized.sources[stack][path])
            assert any(makes(call, file, kind, path) for call in calls(file)[line]), f"{path}, {kind}: {file}:{line}"
            seen.add(kind)
    assert {"aws_s3_bucket", "aws_iam_role", "data.aws_availability_zones"} < seen


def test_every_construct_around_them_is_made_by_a_call_of_a_class(synthesized: Synthesized) -> None:
    for stack, content in synthesized.stacks.items():
        places = synthesized.sources[stack]
        around = places.keys() - {path for _, path in elements(content)}
        for path in around:
            file, line = split(places[path])
            assert any(ast.unparse(c.func).rpartition(".")[2][0].isupper() for c in calls(file)[line]), places[path]
            assert path == stack or path.rpartition("/")[0] in places
        made = {path for path in around if not any(other.startswith(f"{path}/") for other in places)}
        assert made == {f"{stack}/aws", f"{stack}/backend"}
        assert set(content["provider"]) == {"aws"}


@pytest.mark.parametrize(
    ("path", "file", "text"),
    [
        ("prod-foundation/audit/evidence/bucket/bucket", "infra/buckets.py", "self.bucket = aws.s3_bucket.S3Bucket("),
        ("prod-foundation/audit/evidence", "infra/audit.py", "kept = Evidence("),
        ("prod-foundation/backend", "stacks/base.py", "S3Backend("),
        ("prod-foundation/aws", "stacks/base.py", "aws.provider.AwsProvider("),
        ("prod-foundation", "stacks/app.py", "foundation = Foundation(app, environment, cloud)"),
    ],
)
def test_known_constructs_are_where_they_are(path: str, file: str, text: str, synthesized: Synthesized) -> None:
    lines = [line.strip() for line in Path(CHECKOUT, file).read_text().splitlines()]
    assert synthesized.sources["prod-foundation"][path] == f"{file}:{lines.index(text) + 1}"


def test_the_cloud_makes_no_difference(synthesized: Synthesized, for_aws: Synthesized) -> None:
    assert synthesized.sources == for_aws.sources
