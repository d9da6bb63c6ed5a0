"""Resolve requirements/*.in into hash locks without download addresses. Run by `make lock`."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OVERRIDES = {"groundway": ["--override", "requirements/overrides.txt"]}
PYTHONS = {"opa": "3.14"}  # what the package asks for; set-up installs it on older ones too, where it runs


def lock(name: str, *more: str) -> None:
    uv = Path(sys.executable).parent / "uv"
    flags = ["--quiet", "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links"]
    flags += ["--python-version", PYTHONS.get(name, "3.11")]
    source, target = f"requirements/{name}.in", f"requirements/{name}.txt"
    command = [str(uv), "pip", "compile", *flags, "--no-header", *OVERRIDES.get(name, []), *more, source, "-o", target]
    subprocess.run(command, cwd=ROOT, check=True)
    print(target)


if __name__ == "__main__":
    for path in sorted((ROOT / "requirements").glob("*.in")):
        lock(path.stem, *sys.argv[1:])
