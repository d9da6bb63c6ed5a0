"""docs/reference/constructs/<module>.md: what each construct takes, who makes it, and what it makes."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pages.environment import anchors
from pages.picture import draw
from pages.synthesized import Made, Synthesized
from pages.text import page, paragraphs, sentence, table

# Fields that mean the same in every construct. A string under the field, in its class, says more and goes first.
SHARED = {
    "boundary_arn": "The permission boundary that every role carries.",
    "cluster_arn": "The EKS cluster.",
    "cluster_name": "Name of the EKS cluster.",
    "data_key_arn": "KMS key of data, features, models and images.",
    "deletion_protection": "AWS refuses to delete it.",
    "deletion_window_days": "How long a deleted key can be brought back, days.",
    "description": "What AWS shows as its description.",
    "emails": "Who is told by e-mail.",
    "force_delete": "Destroying it deletes what it holds.",
    "force_destroy": "Destroying it deletes what it holds.",
    "key_arn": "KMS key that encrypts it.",
    "labels": "Kubernetes labels of the nodes.",
    "log_key_arn": "KMS key that encrypts the log group.",
    "log_retention_days": "How long the log group keeps its logs, days.",
    "managed": "AWS's own policies that are attached.",
    "name": "Name of the AWS object.",
    "notices_topic_arn": "The topic of what can wait.",
    "pages_topic_arn": "The topic of what cannot wait.",
    "pods": "The service account whose pods take the role.",
    "prefix": "What names of AWS objects begin with: project and environment.",
    "protect": "Terraform refuses to destroy it.",
    "readers": "Accounts that may read it.",
    "retention_days": "How long it is kept, days.",
    "security_group_ids": "Security groups of its network interfaces.",
    "site": "Where it stands, and what its names begin with (infra/site.py).",
    "state_bucket": "The bucket of Terraform's states.",
    "statements": "IAM statements of its policy.",
    "subnet_ids": "Subnets that it may use.",
    "table_name": "The online feature table.",
    "tags": "Cost tags, for what is launched and therefore gets none from the provider.",
    "telemetry_key_arn": "KMS key of logs and alerts.",
    "topic_arn": "The topic that is told.",
    "vpc_id": "The network.",
    "workload_security_group_id": "Security group of the workloads.",
}
CLAUSE = re.compile(r"((?:`\w+`(?:, | and )?)+): (.+?)(?=[.;,] `\w+`(?:,|:| and)|\.$|$|\. [A-Z])")


@dataclass(frozen=True)
class Module:
    """One file of infra/ that defines constructs."""

    name: str
    about: str
    props: tuple[ast.ClassDef, ...]
    constructs: tuple[ast.ClassDef, ...]


def modules(infra: Path) -> Iterator[Module]:
    """The files of infra/ with at least one construct, by name."""
    for file in sorted(infra.glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        classes = [n for n in tree.body if isinstance(n, ast.ClassDef)]
        constructs = tuple(c for c in classes if any(ast.unparse(b) == "Construct" for b in c.bases))
        props = tuple(c for c in classes if any("dataclass" in ast.unparse(d) for d in c.decorator_list))
        if constructs:
            yield Module(file.stem, ast.get_docstring(tree) or "", props, constructs)


def links(every: list[Module]) -> dict[str, str]:
    """Class, as a type says it, to where it is explained: constructs and props, parts of an environment."""
    parts = {name: f"../environment.md#{anchor}" for name, anchor in anchors().items()}
    ours = {c.name: f"{m.name}.md#{c.name.lower()}" for m in every for c in (*m.constructs, *m.props)}
    return parts | {f"environment.{name}": link for name, link in parts.items()} | ours


def write(module: Module, made: Synthesized, links: dict[str, str]) -> str:
    """The page of one module."""
    picture = draw(f"infra.{module.name}", made)
    return page(
        module.name,
        paragraphs(module.about),
        f"Source: [infra/{module.name}.py](../../../infra/{module.name}.py)",
        *(_construct(c, made) for c in module.constructs),
        *(_props(p, links) for p in module.props),
        "## What it makes in prod",
        (
            "An arrow points to what is referred to; round nodes belong to other constructs."
            if picture
            else "Nothing: prod has none, or it only composes other constructs."
        ),
        picture,
    )


def _construct(node: ast.ClassDef, made: Synthesized) -> str:
    instances = [c for c in made.constructs if c.name == node.name]
    makers = "\n".join(_made_by(stack, instances) for stack in made.stacks if _in(stack, instances))
    signature = f"```python\n{node.name}({_arguments(node)})\n```"
    return "\n\n".join(
        filter(None, (f"## {node.name}", paragraphs(ast.get_docstring(node)), signature, makers or "Not made in prod."))
    )


def _in(stack: Made, instances: list[Made]) -> list[str]:
    return [f"`{c.within}`" for c in instances if c.stack == stack.stack]


def _made_by(stack: Made, instances: list[Made]) -> str:
    file = stack.module.replace(".", "/") + ".py"
    return f"- made by [{file}](../../../{file}): {', '.join(_in(stack, instances))}"


def _arguments(node: ast.ClassDef) -> str:
    [init] = [n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"]
    arguments = ast.parse(f"def f({ast.unparse(init.args)}): ...").body[0].args  # type: ignore[attr-defined]
    arguments.args = [a for a in arguments.args if a.arg != "self"]
    return ast.unparse(arguments)


def _props(node: ast.ClassDef, links: dict[str, str]) -> str:
    rows = []
    for field, meaning in _fields(node):
        kind, default = ast.unparse(field.annotation), _default(field)
        name = ast.unparse(field.target)
        rows.append((f"`{name}`", f"`{kind}`", default, meaning or SHARED.get(name) or _see(kind, links)))
    header = ("field", "type", "default", "meaning")
    return "\n\n".join(filter(None, (f"### {node.name}", paragraphs(ast.get_docstring(node)), table(header, rows))))


def _default(field: ast.AnnAssign) -> str:
    value = field.value
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "field":
        given = {k.arg: ast.unparse(k.value) for k in value.keywords}
        return f"`{given.get('default') or {'dict': '{}', 'list': '[]'}.get(given['default_factory'], '...')}`"
    return f"`{ast.unparse(value)}`" if value else "**required**"


def _see(kind: str, links: dict[str, str]) -> str:
    """Where the classes of a type are explained."""
    named = re.findall(r"[\w.]+", kind)
    return ", ".join(f"[{n.rpartition('.')[2]}]({links[n]})" for n in named if n in links)


def _fields(node: ast.ClassDef) -> Iterator[tuple[ast.AnnAssign, str]]:
    """Each field of a dataclass with the string under it, or what the class's docstring says after its name."""
    said = _said(sentence(ast.get_docstring(node)))
    for statement, following in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(statement, ast.AnnAssign):
            under = following.value if isinstance(following, ast.Expr) else None
            text = under.value if isinstance(under, ast.Constant) and isinstance(under.value, str) else ""
            yield statement, sentence(text) or said.get(ast.unparse(statement.target), "")


def _said(docstring: str) -> dict[str, str]:
    """Field to what is said of it, in the form: `field`: meaning. Or: `one`, `other`: meaning; `third`: meaning."""
    clauses = CLAUSE.findall(docstring)
    return {name: f"{text[0].upper()}{text[1:]}." for names, text in clauses for name in re.findall(r"\w+(?=`)", names)}
