"""Write the stacks as HCL: `cdktf synth --hcl`, mended.

Both libraries write a string that refers to something as it is, without escaping its quotes, so that a policy with a
reference is no HCL; `cdktf synth --hcl` then formats what is left of it beyond repair. They also add a line break to
every text of several lines. This synthesizes, mends both, and formats. Example: .venv/bin/python tools/hcl.py hcl

The gate reads JSON, so the stacks are synthesized as JSON first, and written as HCL once they have passed.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEXT = re.compile(r"<<EOF\n(.*?)\nEOF$", re.M | re.S)
WRITE = "from stacks.app import composed; composed().synth()"
STRING = re.compile(r'^(\s*(?:[\w."-]+ *= *)?)"(.*\$\{.*)"(,?)$')


def mended(hcl: str) -> str:
    """`hcl` with every string as it was meant. One that holds a reference is written raw, on one line."""
    pieces = TEXT.split(hcl)  # texts at the odd places
    return "".join(text(piece) if n % 2 else strings(piece) for n, piece in enumerate(pieces))


def text(lines: str) -> str:
    """A text of several lines: the last line break of a heredoc belongs to it, so it must be one of the text's."""
    return f"<<EOF\n{lines}EOF" if lines.endswith("\n") else f"chomp(<<EOF\n{lines}\nEOF\n)"


def strings(hcl: str) -> str:
    return "\n".join(STRING.sub(lambda m: f'{m[1]}"{escaped(m[2])}"{m[3]}', line) for line in hcl.split("\n"))


def escaped(string: str) -> str:
    """Quotes and backslashes escaped, but not within `${...}`, which is an expression."""
    return "".join(
        part if inside else part.replace("\\", "\\\\").replace('"', '\\"') for inside, part in templates(string)
    )


def templates(string: str) -> Iterator[tuple[bool, str]]:
    """The pieces of a template string; true for `${...}`, whose braces may nest."""
    start = 0
    while (opening := string.find("${", start)) >= 0:
        yield False, string[start:opening]
        depth, end = 1, opening + 2
        while depth and end < len(string):
            depth += {"{": 1, "}": -1}.get(string[end], 0)
            end += 1
        yield True, string[opening:end]
        start = end
    yield False, string[start:]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path, help="directory to write stacks/<stack>/cdk.tf into")
    output = parser.parse_args().output.absolute()
    with tempfile.TemporaryDirectory() as judged:
        done = subprocess.run([sys.executable, "-m", "stacks"], cwd=ROOT, env={**os.environ, "CDKTF_OUTDIR": judged})
    if done.returncode:
        return done.returncode
    env = {**os.environ, "CDKTF_OUTDIR": str(output), "SYNTH_HCL_OUTPUT": "true"}
    done = subprocess.run([sys.executable, "-c", WRITE], cwd=ROOT, env=env)
    if done.returncode:
        return done.returncode
    files = sorted(output.glob("stacks/*/cdk.tf"))
    for file in files:
        file.write_text(mended(file.read_text(encoding="utf-8")), encoding="utf-8")
    return subprocess.run(["terraform", "fmt", "-recursive", "-list=false", str(output)]).returncode


if __name__ == "__main__":
    sys.exit(main())
