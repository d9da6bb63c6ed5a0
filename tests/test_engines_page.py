"""docs/engines.md: from cdktf to CDK Terrain, plain Terraform or HCL, without a change to what is deployed."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from recipe import FOREIGN, ROOT, blocks, copy

sys.path.insert(0, str(ROOT / "tools"))

import hcl

PAGE = ROOT / "docs" / "engines.md"
TO_JSON = """
const { readFileSync } = require("fs"), { parse } = require("@cdktf/hcl2json");
(async () => { for (const f of process.argv.slice(1))
  console.log(JSON.stringify(await parse("cdk.tf", readFileSync(f, "utf8")))) })()
"""
CHOMPED = re.compile(r"\$\{chomp\(<<EOF\n(.*)\nEOF\n\s*\)\}", re.S)  # fmt indents the bracket where it nests


@pytest.mark.long
def test_each_way_changes_nothing(tmp_path: Path) -> None:
    with copy(tmp_path) as made:
        said = made.follow(PAGE)
    plans = {command: text for command, text in said.items() if " plan " in command}
    assert [re.findall(r"-chdir=(\w+)/", command) for command in plans] == [["plain"], ["hcl"], ["terrain"]]
    for text in plans.values():
        assert "No changes." in text
        assert "0 to add" not in text  # a plan that has something to say
    versions = {
        name: json.loads((made.root / name / "stacks/dev-foundation/cdk.tf.json").read_text())["terraform"]
        for name in ("plain", "terrain")
    }
    assert versions["plain"] != versions["terrain"]  # or CDK Terrain was not used


def synthesize(out: Path, *command: str) -> None:
    env = {k: v for k, v in os.environ.items() if not FOREIGN.match(k)} | {"CDKTF_OUTDIR": str(out)}
    run = subprocess.run([sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def read(files: list[Path]) -> list[Any]:
    run = subprocess.run(["node", "-e", TO_JSON, *map(str, files)], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


def said(value: Any) -> Any:
    """What a configuration says, in whichever syntax: a block is a list of one in HCL, a number may be text."""
    if isinstance(value, dict):
        return {k: said(v) for k, v in value.items() if k != "//" and v not in (None, [], {})}
    if isinstance(value, list):
        return said(value[0]) if len(value) == 1 and isinstance(value[0], dict) else [said(v) for v in value]
    if isinstance(value, str) and (text := CHOMPED.fullmatch(value)):
        return text[1]
    return json.dumps(value) if isinstance(value, bool) else str(value)


@pytest.mark.long
def test_hcl_says_what_json_says(tmp_path: Path) -> None:
    synthesize(tmp_path / "json", "-m", "stacks")
    synthesize(tmp_path / "hcl", "tools/hcl.py", str(tmp_path / "hcl"))
    files = sorted((tmp_path / "json").glob("stacks/*/cdk.tf.json"))
    assert len(files) >= 12
    for file, written in zip(
        files, read([tmp_path / "hcl/stacks" / f.parent.name / "cdk.tf" for f in files]), strict=True
    ):
        assert said(written) == said(json.loads(file.read_text())), file.parent.name


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ('policy = "{"a":"${x.y.arn}/*"}"', r'policy = "{\"a\":\"${x.y.arn}/*\"}"'),
        ('  value = "${join(",", [x.y.id])}"', '  value = "${join(",", [x.y.id])}"'),
        ('"${x.y.id}",', '"${x.y.id}",'),
        ('n = "a\\.b "${f({a = {b = "c"}})}" d"', r'n = "a\\.b \"${f({a = {b = "c"}})}\" d"'),
        (r'plain = "{\"a\": 1}"', r'plain = "{\"a\": 1}"'),
        ("text = <<EOF\na\nb\n\nEOF", "text = <<EOF\na\nb\nEOF"),
        ("text = <<EOF\na\nb\nEOF", "text = chomp(<<EOF\na\nb\nEOF\n)"),
        ('t = <<EOF\n"${a.b.c}"\nx\nEOF', 't = chomp(<<EOF\n"${a.b.c}"\nx\nEOF\n)'),
    ],
)
def test_hcl_is_mended(wrong: str, right: str) -> None:
    assert hcl.mended(f"a = 1\n{wrong}\nb = 2") == f"a = 1\n{right}\nb = 2"


def test_the_page_names_its_files() -> None:
    assert {b.file for b in blocks(PAGE) if b.file} == {
        "cdktf.json",
        "terrain/stacks/dev-foundation/local_override.tf.json",
    }
