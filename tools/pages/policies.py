"""docs/policies.md, for the security reviewer: the rules, what is excepted, what judges what, what is not checked."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from groundway_ops.gate import exceptions, rules
from groundway_ops.gate.exceptions import Waiver
from groundway_ops.gate.rules import Bundle, Rule, Severity
from pages.text import page, sentence, table

INTRODUCTION = """\
What security allows is written in `policies/`, and nowhere else. Every stack is held to it before it is deployed: the
app judges what it synthesized and ends there if a rule is broken, so that `cdktf deploy`, `diff` and `synth` all stop.
The same by hand, for stacks that are there, and for one rule:"""

COMMANDS = """\
```console
$ groundway gate
$ groundway gate prod --format sarif=gate.sarif --format markdown=comment.md
$ groundway gate --explain buckets_keep_versions
```"""

FOLDER = (
    (
        "`terraform/`",
        "the rules, in Rego, which `conftest` and `opa test` read too. Beside each, what passes and fails",
    ),
    ("`allowed.yaml`", "accounts, regions, tags, ceilings: what the rules allow, whatever `environments/` ask for"),
    ("`rules.yaml`", "which rules there are, and which resource types need none"),
    ("`exceptions.yaml`", "what is excepted for a while"),
    ("`iam/`, `kubernetes/`", "who may do what in AWS, and what may run in the cluster"),
)

CLOSED = """\
The gate refuses what it could not look at, whatever else it found: a file that is no JSON; no stacks, or a stack
without resources; a resource that the rules did not see, or a type that none of them judges; an environment that
`allowed.yaml` does not know; a rule that is missing, not listed, without examples, does not compile, or errs on a
stack; an exception that is past its date or excepts nothing; no OPA. It judges with the `opa` on the path, else with
OPA's library, and with nothing that knows Rego in part."""

UNCHECKED = """\
- **What is not deployed by these stacks.** What somebody makes or changes in the console, and what AWS makes by itself:
  the nodes of Karpenter, the agents of GuardDuty, the network interfaces of services. A plan shows what was changed
  behind Terraform's back; the trail says by whom.
- **What is known only when it is there.** An ARN or an id that AWS gives is judged by the resource that it comes from.
  What a data source will answer, or a parameter will hold, is not judged.
- **Whether AWS does what is asked of it.** That a bucket is encrypted is read from its configuration. Nobody looked.
- **What goes around the app.** Who has credentials and Terraform can apply other files, or these after changing them.
  That the deploying role is only taken by CI, and on which branch, is in `policies/iam`; a plan can be judged apart,
  with `groundway gate ENV --plan FILE`.
- **These policies.** Who changes `policies/` changes what is refused, so it must be reviewed by others than those whom
  it binds. Every verdict carries the digest of the policies that it was made with.
- **What a permission comes to.** The rules refuse patterns in policy documents. Who may do what in the end is worked
  out in the decision tables of `policies/iam`; service control policies and what AWS fills into conditions are not.
- **What runs.** Images, models and the data in buckets are not opened here; what may run in the cluster is for
  admission (`policies/kubernetes`).
- **Text in text.** Queries, dashboards, alert rules and scripts inside resources are not parsed; policy documents are.
- **That a control is met.** A rule serves the controls that it names. Most controls also want people, evidence and
  more than one rule.
- **OPA's own program.** The gate's tests use OPA's library, which is built from the same source, and a stand-in that
  speaks the program's protocol."""

PROOF = "Whether the rules bite, and how many mutants say so: [policies/README.md](../policies/README.md)."

JUDGED = {
    "*": "every resource",
    "stack": "the stack as a whole",
    "plan": "what a plan does",
    "estimate": "what an environment is expected to cost",
}


def write(root: Path) -> str:
    """The page about the folder `root`."""
    bundle = rules.load(root)
    waivers = exceptions.load(bundle, datetime.now(UTC).date())
    return page(
        "Policies",
        sentence(INTRODUCTION),
        COMMANDS,
        table(("in `policies/`", "is"), FOLDER),
        "## When it refuses",
        sentence(CLOSED),
        "## What is excepted",
        _excepted(bundle, waivers),
        "## The rules",
        _overview(bundle),
        *(block for area in bundle.areas for block in _area(bundle, area)),
        "## What judges a resource type",
        _coverage(bundle),
        "## What is not checked",
        _unwrapped(UNCHECKED),
        PROOF,
    )


def _excepted(bundle: Bundle, waivers: tuple[Waiver, ...]) -> str:
    grants = (
        "An exception names a rule and resources of a stack, why, who answers for it, and until when: 90 days ahead at "
        "most, and never for a rule of severity critical where `allowed.yaml` says `protected: true` "
        f"({', '.join(sorted(exceptions.protected(bundle)))}). "
    )
    if not waivers:
        return f"{grants}Nothing is excepted."
    rows = [
        (f"`{w.rule}`", f"`{w.stack}: {w.address}`", str(w.expires), w.approver, sentence(w.reason)) for w in waivers
    ]
    return f"{grants}\n\n{table(('rule', 'resources', 'until', 'approved by', 'why'), rows)}"


def _overview(bundle: Bundle) -> str:
    severities: tuple[str, ...] = get_args(Severity)
    rows = []
    for area, names in bundle.areas.items():
        found = [bundle.rules[name].severity for name in names]
        rows.append((f"[{area}](#{area})", str(len(found)), *(str(found.count(s)) for s in severities)))
    found = [rule.severity for rule in bundle.rules.values()]
    rows.append(("all", str(len(found)), *(str(found.count(s)) for s in severities)))
    return table(("about", "rules", *severities), rows)


def _area(bundle: Bundle, area: str) -> Iterator[str]:
    yield f"### {area}"
    order = get_args(Severity)
    for rule in sorted((bundle.rules[name] for name in bundle.areas[area]), key=lambda r: order.index(r.severity)):
        yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[str]:
    link = f"[{rule.id}](../policies/terraform/{rule.id}.rego)"
    yield f"#### {rule.title}"
    yield f"**{rule.severity}** · {link} · {', '.join(rule.controls)}"
    yield sentence(rule.why)
    yield f"Judges {', '.join(JUDGED.get(t, f'`{t}`') for t in rule.types)}. To mend: {_uncapital(sentence(rule.mend))}"


def _coverage(bundle: Bundle) -> str:
    general = [
        f"- {JUDGED[t].capitalize()}: {', '.join(f'`{r.id}`' for r in bundle.rules.values() if t in r.types)}"
        for t in JUDGED
        if any(t in r.types for r in bundle.rules.values())
    ]
    judged = [
        (f"`{kind}`", ", ".join(f"`{r.id}`" for r in bundle.rules.values() if kind in r.types))
        for kind in sorted(bundle.judged_types)
    ]
    unjudged = [
        (f"`{kind}`", sentence(why)) for kind, why in sorted(bundle.unjudged.items()) if kind not in bundle.judged_types
    ]
    blocks = ["\n".join(general), table(("type", "rules of its own"), judged)]
    if unjudged:
        blocks += ["These types need no rule of their own:", table(("type", "because"), unjudged)]
    return "\n\n".join(blocks)


def _unwrapped(listed: str) -> str:
    return "\n".join(f"- {sentence(item)}" for item in listed.removeprefix("- ").split("\n- "))


def _uncapital(text: str) -> str:
    """For the middle of a line; a name in capitals, or in code, stays."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text
