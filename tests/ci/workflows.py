"""The workflows of both forges as data: jobs, and the commands that they run in order."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
GITHUB = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
GITLAB = sorted((ROOT / ".gitlab").glob("*.yml"))
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
ASSIGNED = re.compile(r"^(?:[A-Z_]+=\S+ )+")


class _Loader(yaml.SafeLoader):
    """GitLab's `!reference [job, key]` is kept as a list of words."""


_Loader.add_constructor("!reference", lambda loader, node: loader.construct_sequence(node))


def load(file: Path) -> dict[str, Any]:
    found = yaml.load(file.read_text(), _Loader)
    if True in found:  # YAML 1.1 takes `on` for a boolean
        found["on"] = found.pop(True)
    return dict(found)


@dataclass(frozen=True)
class Step:
    """A step that runs a command. `env` is what workflow, job and step set together."""

    job: str
    run: str
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def commands(self) -> list[str]:
        """Its lines, without what only hands results to the forge."""
        lines = [ASSIGNED.sub("", line.strip()) for line in self.run.splitlines()]
        return [line for line in lines if line and not re.search(r"GITHUB_(OUTPUT|STEP_SUMMARY)|plan\.md \]", line)]


def steps(workflow: Mapping[str, Any]) -> Iterator[Step]:
    """The steps of a GitHub workflow that run commands, in order."""
    for name, job in workflow["jobs"].items():
        for step in job.get("steps", []):
            if "run" in step:
                parts = (workflow.get("env"), job.get("env"), step.get("env"))
                yield Step(name, step["run"], {k: str(v) for part in parts for k, v in (part or {}).items()})


def scripts(pipeline: Mapping[str, Any]) -> Iterator[Step]:
    """The same of a GitLab pipeline."""
    for name, job in pipeline.items():
        for line in job.get("script", []) if isinstance(job, dict) else []:
            yield Step(name, line)


def resolved(env: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """`env` with its expressions replaced by `values`; one that is not there is an error."""
    return {name: EXPRESSION.sub(lambda found: values[found[1]], text) for name, text in env.items()}
