"""Stands in for the `opa` executable, which cannot be had here: its protocol, on top of OPA's library.

It knows `opa version` and the one form of `opa eval` that the gate uses, and refuses any other, so that our side of the
protocol is exercised: the arguments, the folder of modules and data, the input, the answers and the errors. That OPA's
own program answers likewise is not proved by it.
"""

import json
import sys
from pathlib import Path

import opa_bindings

FORM = ["eval", "--format", "json", "--strict-builtin-errors", "--stdin-input", "--data"]


def main(arguments: list[str]) -> int:
    if arguments == ["version"]:
        print("Version: 1.20.2\nBuild Commit: none\nGo Version: go1.25\nPlatform: linux/amd64")
        return 0
    if arguments[:-2] != FORM:
        print(f"unknown: {arguments}", file=sys.stderr)
        return 1
    folder, query = Path(arguments[-2]), arguments[-1]
    opa = opa_bindings.OpaEngine()
    try:
        for file in sorted(folder.rglob("*.rego")):
            opa.add_policy(str(file), file.read_text())
        opa.add_data(json.loads((folder / "data.json").read_text()))
        answers = opa.eval_query(query, json.loads(sys.stdin.read()))
    except opa_bindings.OpaError as e:
        print(json.dumps({"errors": [{"message": str(e)}]}))
        return 2
    print(json.dumps({"result": [{"bindings": a} for a in answers]} if answers else {}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
