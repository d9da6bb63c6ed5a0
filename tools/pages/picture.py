"""A picture of what the constructs of one module make: its resources by type, and what refers to what, as Mermaid."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from pages.synthesized import Made, Resource, Synthesized

MOST = 25  # nodes that a reader still takes in


@dataclass(frozen=True, order=True)
class Node:
    """`inside` is the class whose box it stands in; empty for what belongs to others."""

    inside: str
    label: str

    @property
    def id(self) -> str:
        return re.sub(r"\W+", "_", f"{self.inside or 'other'}_{self.label}")


Edges = set[tuple[Node, Node]]


def draw(module: str, made: Synthesized) -> str:
    """The picture of `module` (`infra.network`), or nothing when none of its constructs makes a resource."""
    node_of = _nodes(module, made)
    by_address = {(r.stack, r.address): r for r in made.resources}
    arrows = ((node_of(r), node_of(by_address[u])) for r in made.resources for u in r.uses)
    edges = {(a, b) for a, b in arrows if a != b and (a.inside or b.inside)}
    counts = Counter(n for n in map(node_of, made.resources) if n.inside)
    for simplify in (_settings_with_their_resource, _others_by_stack(made), _services):
        if len(_all(counts, edges)) > MOST:
            counts, edges = _merged(simplify(_all(counts, edges)), counts, edges)
    return _mermaid(counts, edges) if counts else ""


def _all(counts: Counter[Node], edges: Edges) -> list[Node]:
    return sorted({*counts, *(n for edge in edges for n in edge)})


def _nodes(module: str, made: Synthesized) -> Callable[[Resource], Node]:
    """Where a resource stands: in the box of the module's construct around it, else with the outermost construct."""
    constructs = {c.path: c for c in made.constructs}
    stacks = {s.path: s.name for s in made.stacks}

    def node(resource: Resource) -> Node:
        around = [constructs[p] for p in _above(resource.path) if p in constructs]
        ours: list[Made] = [c for c in around if c.module == module]
        if ours:
            return Node(ours[0].name, resource.type)
        return Node("", around[-1].name if around else stacks[resource.stack])

    return node


def _above(path: str) -> list[str]:
    """The paths around `path`, the nearest first."""
    parts = path.split("/")
    return ["/".join(parts[:n]) for n in range(len(parts) - 1, 0, -1)]


def _settings_with_their_resource(nodes: list[Node]) -> dict[Node, Node]:
    """`aws_s3_bucket_policy` goes with `aws_s3_bucket`, in the same box."""
    own = [n for n in nodes if n.inside]
    return {n: next((m for m in own if m.inside == n.inside and n.label.startswith(f"{m.label}_")), n) for n in own}


def _others_by_stack(made: Synthesized) -> Callable[[list[Node]], dict[Node, Node]]:
    """Constructs that are not the page's go together when they are in the same stack."""

    def merge(nodes: list[Node]) -> dict[Node, Node]:
        stacks = {n: sorted({c.stack for c in made.constructs if c.name == n.label}) for n in nodes if not n.inside}
        return {n: Node("", f"stack {', '.join(names)}") for n, names in stacks.items() if names}

    return merge


def _services(nodes: list[Node]) -> dict[Node, Node]:
    """Everything of one service goes together: `aws_iam_*`."""
    return {n: Node(n.inside, "_".join(n.label.split("_")[:2]) + "_*") for n in nodes if n.inside}


def _merged(into: dict[Node, Node], counts: Counter[Node], edges: Edges) -> tuple[Counter[Node], Edges]:
    totals: Counter[Node] = Counter()
    for node, count in counts.items():
        totals[into.get(node, node)] += count
    moved = {(into.get(a, a), into.get(b, b)) for a, b in edges}
    return totals, {(a, b) for a, b in moved if a != b}


def _mermaid(counts: Counter[Node], edges: Edges) -> str:
    lines = ["flowchart LR"]
    nodes = _all(counts, edges)
    for box in sorted({n.inside for n in counts}):
        lines.append(f'  subgraph {box}["{box}"]')
        lines += [f'    {n.id}["{_label(n, counts[n])}"]' for n in nodes if n.inside == box]
        lines.append("  end")
    lines += [f'  {n.id}(["{n.label}"])' for n in nodes if not n.inside]
    lines += [f"  {a.id} --> {b.id}" for a, b in sorted(edges)]
    return "\n".join(["```mermaid", *lines, "```"])


def _label(node: Node, count: int) -> str:
    return f"{node.label} ×{count}" if count > 1 else node.label
