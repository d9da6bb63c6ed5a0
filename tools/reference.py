"""Write docs/reference/ from the code: every key of environment.yaml, and a page with a picture for every construct.
Beside it, docs/policies.md from the policies.

What has no explanation is an error that names it. Takes a few seconds; `tests/test_reference.py` holds the pages fresh.
Example: .venv/bin/python tools/reference.py
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "python")]

from pages import constructs, environment, policies, synthesized  # noqa: E402
from pages.text import Undocumented, page, sentence, table  # noqa: E402

ENVIRONMENT = "prod"  # of which the pictures are: it has everything


def pages() -> dict[str, str]:
    """Path below docs/reference/ to text. Raises `Undocumented`."""
    with tempfile.TemporaryDirectory(prefix="groundway-") as out:
        made = synthesized.synthesize(ENVIRONMENT, ROOT, Path(out))
    modules = list(constructs.modules(ROOT / "infra"))
    links = constructs.links(modules)
    written = {f"constructs/{m.name}.md": constructs.write(m, made, links) for m in modules}
    return {"README.md": _index(modules, made), "environment.md": environment.write(), **written}


def _index(modules: list[constructs.Module], made: synthesized.Synthesized) -> str:
    rows = []
    for module in modules:
        stacks = sorted({c.stack for c in made.constructs if c.module == f"infra.{module.name}"})
        link = f"[{module.name}](constructs/{module.name}.md)"
        rows.append((link, ", ".join(stacks) or "none", sentence(module.about.partition("\n\n")[0])))
    return page(
        "Reference",
        "Written from the code, so that it says what the code says.",
        "- [The keys of environment.yaml](environment.md): what each means, may hold, and is when it is left out.\n"
        "- A page for each file of `infra/`: what its constructs take, which stack makes them, and a picture of what "
        "they make in prod.",
        table(("construct", f"stacks that make it in {ENVIRONMENT}", "what it is"), rows),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "reference", help="directory to write into")
    arguments = parser.parse_args()
    try:
        written = pages()
    except Undocumented as e:
        print("\n".join(["not documented:", *e.args]), file=sys.stderr)
        return 1
    (arguments.output.parent / "policies.md").write_text(policies.write(ROOT / "policies"), encoding="utf-8")
    shutil.rmtree(arguments.output, ignore_errors=True)  # a page whose construct is gone goes too
    for name, text in written.items():
        file = arguments.output / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    print(f"{len(written)} pages in {arguments.output}, and policies.md beside it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
