"""docs/reference/ says what the code says, explains all of it, and its pictures are small enough to be read."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel, Field

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs" / "reference"
sys.path.insert(0, str(ROOT / "tools"))

from pages import constructs, environment, picture  # noqa: E402
from pages.synthesized import Made, Resource, Synthesized  # noqa: E402
from pages.text import Undocumented  # noqa: E402


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Path to text of what the generator writes now, in a process of its own."""
    out = tmp_path_factory.mktemp("reference")
    command = [sys.executable, "tools/reference.py", "--output", str(out)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return {str(f.relative_to(out)): f.read_text() for f in sorted(out.rglob("*.md"))}


def test_the_pages_are_fresh(written: dict[str, str]) -> None:
    there = {str(f.relative_to(DOCS)): f.read_text() for f in sorted(DOCS.rglob("*.md"))}
    stale = {name for name in {*there, *written} if there.get(name) != written.get(name)}
    assert not stale, f"docs/reference is not what the code says: {sorted(stale)}. Mend it with: make reference"


def test_every_file_with_a_construct_has_a_page(written: dict[str, str]) -> None:
    defining = {
        f.stem for f in (ROOT / "infra").glob("*.py") if re.search(r"^class \w+\(Construct\)", f.read_text(), re.M)
    }
    assert defining
    assert {Path(name).stem for name in written if name.startswith("constructs/")} == defining


def test_nothing_of_this_machine_is_in_them(written: dict[str, str]) -> None:
    for name, text in written.items():
        assert str(ROOT) not in text, name
        assert not re.search(r"\b\d{4}-\d\d-\d\dT|0x[0-9a-f]{6}", text), name


@pytest.fixture(scope="module")
def pictures(written: dict[str, str]) -> dict[str, str]:
    found = {name: re.findall(r"```mermaid\n(.*?)```", text, re.S) for name, text in written.items()}
    return {name: one for name, [one] in ((n, p) for n, p in found.items() if p)}


# the little of Mermaid that we use, and nothing that it could misread
MERMAID = re.compile(r'flowchart LR| +subgraph \w+\["\w+"\]| +end| +\w+\(?\["[^"]+"\]\)?|  \w+ --> \w+')


def nodes(text: str) -> dict[str, str]:
    return dict(re.findall(r'^ +(\w+)(?:\["|\(\[")(.+?)"', re.sub(r"^  subgraph .*", "", text, flags=re.M), re.M))


def arrows(text: str) -> set[tuple[str, str]]:
    return set(re.findall(r"^  (\w+) --> (\w+)$", text, re.M))


def test_pictures_are_small_and_whole(pictures: dict[str, str]) -> None:
    assert len(pictures) > 10
    for name, text in pictures.items():
        assert 0 < len(nodes(text)) <= picture.MOST, name
        assert {end for arrow in arrows(text) for end in arrow} <= nodes(text).keys(), name
        for line in text.splitlines():  # the little of Mermaid that we use, and nothing that it could misread
            assert re.fullmatch(
                r'flowchart LR| +subgraph \w+\["\w+"\]| +end| +\w+\(?\["[^"]+"\]\)?|  \w+ --> \w+', line
            ), line


def test_the_picture_of_keys(pictures: dict[str, str]) -> None:
    shown = pictures["constructs/keys.md"]
    assert re.fullmatch(r"aws_kms_key ×\d+", nodes(shown)["Key_aws_kms_key"])
    assert ("Key_aws_kms_alias", "Key_aws_kms_key") in arrows(shown)
    assert ("other_Bucket", "Key_aws_kms_key") in arrows(shown)  # from another stack, through its outputs


def resource(address: str, path: str, *uses: str) -> Resource:
    return Resource("prod-a", address, path, frozenset(("prod-a", u) for u in uses))


def test_what_stands_in_the_box_and_what_outside() -> None:
    made = Synthesized(
        (Made("prod-a", "A", "stacks.a"),),
        (
            Made("prod-a/net", "Net", "infra.net"),
            Made("prod-a/net/role", "Role", "infra.role"),
            Made("prod-a/x", "X", "infra.x"),
        ),
        (
            resource("aws_vpc.v", "prod-a/net/v"),
            resource("aws_iam_role.r", "prod-a/net/role/r", "aws_vpc.v"),
            resource("aws_thing.t", "prod-a/x/t", "aws_iam_role.r"),
            resource("aws_loose.l", "prod-a/l", "aws_thing.t"),
        ),
    )
    net, role = picture.draw("infra.net", made), picture.draw("infra.role", made)
    assert nodes(net) == {"Net_aws_iam_role": "aws_iam_role", "Net_aws_vpc": "aws_vpc", "other_X": "X"}
    assert arrows(net) == {("Net_aws_iam_role", "Net_aws_vpc"), ("other_X", "Net_aws_iam_role")}
    assert nodes(role) == {"Role_aws_iam_role": "aws_iam_role", "other_Net": "Net", "other_X": "X"}
    assert nodes(picture.draw("infra.x", made)) == {"X_aws_thing": "aws_thing", "other_Net": "Net", "other_A": "A"}
    assert picture.draw("infra.nothing", made) == ""


def test_a_picture_with_too_much_in_it_is_grouped() -> None:
    kinds = [f"aws_s3_bucket_{n}" for n in "abcdefghijklm"] + ["aws_s3_bucket", *(f"aws_iam_{n}" for n in range(20))]
    own = [resource(f"{k}.x", f"prod-a/n/{k}") for k in kinds]
    others = [Made(f"prod-a/o{n}", f"O{n}", "infra.o") for n in range(9)]
    users = [resource(f"aws_o{n}.x", f"prod-a/o{n}/x", "aws_s3_bucket.x") for n in range(9)]
    made = Synthesized((), (Made("prod-a/n", "N", "infra.n"), *others), (*own, *users))
    shown = nodes(picture.draw("infra.n", made))
    assert shown["other_stack_a"] == "stack a"
    assert len(shown) <= picture.MOST
    assert re.findall(r"×(\d+)", " ".join(v for v in shown.values() if "s3" in v)) == ["14"]


def test_a_key_that_nothing_explains_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Inner(BaseModel):
        """Inner."""

        plain: int
        code: str = Field(pattern=r"^x{7}$", description="told")

    class Outer(BaseModel):
        """Outer."""

        inner: dict[str, Inner] = Field(description="told")

    monkeypatch.setattr(environment, "Environment", Outer)
    with pytest.raises(Undocumented) as error:
        environment.write()
    described, form = error.value.args
    assert described.startswith("inner.<name>.plain has no description; write one")
    assert "Inner.code: say in FORMS" in form
    assert "x{7}" in form


KINDS = {
    "network.zones": "whole number, 2 to 3",
    "network.nat": "`none`, `single` or `per_zone`",
    "cluster.version": "`'1.3",
    "budget.thresholds": "list of 1 to 4; each: whole number, 1 to 1000",
    "budget.monthly_usd": "amount, more than 0, at most 2 decimals",
    "tags.cost-center": "label: up to 63",
    "gpu_pools.<name>.reservation": "keys as below, or `null`",
}


@pytest.mark.parametrize("key", KINDS)
def test_types_are_told_in_plain_words(key: str, written: dict[str, str]) -> None:
    [row] = [line for line in written["environment.md"].splitlines() if line.startswith(f"| `{key}` |")]
    assert row.split(" | ")[1].startswith(KINDS[key])


def test_a_field_is_explained_by_the_string_under_it(tmp_path: Path) -> None:
    (tmp_path / "thing.py").write_text(
        '"""Things."""\n'
        "@dataclass(frozen=True)\nclass ThingProps:\n"
        '    """Of `a` nothing. `keep`: the last so many; `x`, `y`: both of them. More is not said."""\n'
        "    keep: Mapping[str, int] = field(default_factory=dict)\n    x: int\n    y: int = field(default=2)\n"
        '    size: int = 3\n    """How big."""\n    description: str\n    odd: bytes\n    net: environment.Network\n'
        "class Thing(Construct):\n    def __init__(self, scope: Construct, id: str, props: ThingProps) -> None: ...\n"
    )
    (tmp_path / "plain.py").write_text("class Plain: ...\n")
    [module] = constructs.modules(tmp_path)
    text = constructs.write(module, Synthesized((), (), ()), constructs.links([module]))
    assert "| `keep` | `Mapping[str, int]` | `{}` | The last so many. |" in text
    assert "| `x` | `int` | **required** | Both of them. |" in text
    assert "| `y` | `int` | `2` | Both of them. |" in text
    assert "| `size` | `int` | `3` | How big. |" in text
    assert f"| `description` | `str` | **required** | {constructs.SHARED['description']} |" in text
    assert "| `odd` | `bytes` | **required** |  |" in text
    assert "[Network](../environment.md#network)" in text
    assert "Thing(scope: Construct, id: str, props: ThingProps)" in text
    assert "Not made in prod." in text
