"""Each format says all of a verdict: findings, what is excepted and by whom, and where the gate was blind."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from gate_stacks import IDS, edit, except_, loosen, suspend

from groundway.errors import InvalidInput
from groundway_ops.gate.formats import FORMATS, render
from groundway_ops.gate.formats.record import read
from groundway_ops.gate.verdict import SHOWN, Verdict

Judge = Callable[[], Verdict]
LINE = r"(infra|stacks)/\w+\.py:\d+"


@pytest.fixture
def passed(judge: Judge) -> Verdict:
    verdict = judge()
    assert verdict.passed
    return verdict


@pytest.mark.parametrize("name", FORMATS)
def test_all_is_in_it(name: str, refused: Verdict) -> None:
    text = re.sub(r"\\([_*])", r"\1", render(name, refused)).replace("@\u200b", "@")
    for finding in refused.findings:
        assert finding.rule in text
        assert finding.address in text
        assert (finding.source.partition(":")[0] if name == "sarif" else finding.source) in text
        assert re.fullmatch(LINE, finding.source)
    [(finding, waiver)] = refused.excepted
    for said in (finding.rule, finding.address, waiver.approver, "2026-12-24", waiver.reason):
        assert said in text
    assert "no rule judges aws_unheard_of" in text


@pytest.mark.parametrize("name", FORMATS)
def test_a_verdict_that_passed_refuses_nothing(name: str, passed: Verdict) -> None:
    text = render(name, passed).lower()
    assert "refused" not in text
    assert "mend:" not in text.partition('"results"')[2]
    assert "<failure" not in text
    assert "<error" not in text


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_found_is_cut_and_cannot_leave_its_place(name: str, judge: Judge, stacks: Path) -> None:
    evil = "`</code>\n<script>alert(1)</script>@everybody|\x1b[31m\x00\x9b\u202e"
    template = {"metadata_options": {evil: "x" * 500}}
    edit(stacks, "dev-ml", lambda c: c["resource"].update(aws_launch_template={evil: template}, aws_x={evil: {}}))
    edit(stacks, "dev-ml", lambda c: c["resource"].update({f"aws_{evil}": {"x": {}}}))
    verdict = judge()
    assert (len(verdict.findings), len(verdict.failures)) == (1, 2)
    text = render(name, verdict)
    assert "x" * (SHOWN + 1) not in text
    assert not set("\x1b\x00\x9b\u202e") & set(text)
    if name == "html":
        assert "<script" not in text
    if name == "markdown":
        assert not re.search(r"(?<!\\)<script", re.sub(r"`[^`\n]*`", "", text))
        assert "@everybody" not in re.sub(r"`[^`\n]*`", "", text)
    if name == "junit":
        ET.fromstring(text.encode())


def test_terminal_says_the_gravest_first_and_blindness_before_all(refused: Verdict) -> None:
    text = render("terminal", refused)
    places = [text.index(x) for x in ("THE GATE WAS BLIND", "critical  state_is_locked", "high  instances_use_imdsv2")]
    assert places == sorted(places)
    assert text.splitlines()[0].startswith("THE GATE WAS BLIND")
    assert text.splitlines()[-1].startswith("REFUSED: ")
    assert "mend: Set http_tokens" in text
    assert "dev-compute/gpu/" in text or "dev-compute/" in text


def test_the_record_is_read_back(refused: Verdict, tmp_path: Path) -> None:
    file = tmp_path / "gate.json"
    file.write_text(render("json", refused))
    record = read(file)
    assert not record.passed
    assert [f.rule for f in record.findings] == ["state_is_locked", "instances_use_imdsv2"]
    assert [s.approver for s in record.excepted] == ["security@example.com"]
    assert sorted(record.rules) == IDS
    assert sum(s.resources for s in record.judged) == refused.resources
    assert record.failures == refused.failures
    file.write_text('{"version": 1}')
    with pytest.raises(InvalidInput, match="is no verdict"):
        read(file)


def sarif(verdict: Verdict) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(render("sarif", verdict))
    assert document["version"] == "2.1.0"
    assert document["$schema"].endswith("sarif-2.1.0.json")
    [run] = document["runs"]
    return dict(run)


def test_sarif_has_what_the_standard_requires(refused: Verdict) -> None:
    """Required properties and closed sets of values of SARIF 2.1.0, sections 3.13 to 3.58."""
    run = sarif(refused)
    driver = run["tool"]["driver"]
    assert driver["name"]
    assert [r["id"] for r in driver["rules"]] == list(refused.rules)
    for rule in driver["rules"]:
        assert all(rule[m]["text"] for m in ("shortDescription", "fullDescription", "help"))
        assert rule["defaultConfiguration"]["level"] in {"none", "note", "warning", "error"}
        assert 0 < float(rule["properties"]["security-severity"]) <= 10
    for result in run["results"]:
        assert result["message"]["text"]
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"none", "note", "warning", "error"}
        [location] = result["locations"]
        place = location["physicalLocation"]
        assert re.fullmatch(r"(infra|stacks)/\w+\.py", place["artifactLocation"]["uri"])
        assert place["region"]["startLine"] > 0
        assert location["logicalLocations"][0]["fullyQualifiedName"].startswith("dev-")
    prints = [r["partialFingerprints"]["groundwayGate/v1"] for r in run["results"]]
    assert len(set(prints)) == len(prints) == 3


def test_sarif_suppresses_what_is_excepted_and_nothing_else(refused: Verdict) -> None:
    by_rule = {r["ruleId"]: r.get("suppressions") for r in sarif(refused)["results"]}
    assert by_rule.pop("buckets_keep_versions") == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "Copies of public data, fetched again every night. "
            "Approved by security@example.com, until 2026-12-24.",
        }
    ]
    assert set(by_rule.values()) == {None}


def test_sarif_of_a_blind_gate_was_no_success(passed: Verdict, refused: Verdict) -> None:
    [invocation] = sarif(refused)["invocations"]
    assert invocation["executionSuccessful"] is False
    [notification] = invocation["toolExecutionNotifications"]
    assert notification["level"] == "error"
    assert "aws_unheard_of" in notification["message"]["text"]
    assert sarif(passed)["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_sarif_names_the_document_where_no_line_is_known(
    refused: Verdict, stacks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = replace(refused.findings[0], source="")
    unknown = replace(refused, findings=(found,), excepted=())

    def place() -> dict[str, Any]:
        [result] = sarif(unknown)["results"]
        return dict(result["locations"][0]["physicalLocation"])

    assert place()["artifactLocation"] == {"uri": (stacks / "dev-compute" / "cdk.tf.json").as_uri()}
    monkeypatch.chdir(stacks.parent)
    assert place() == {
        "artifactLocation": {"uri": "stacks/dev-compute/cdk.tf.json", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 1},
    }


def test_fingerprints_stay_when_lines_and_values_move(refused: Verdict) -> None:
    moved = tuple(replace(f, source="infra/x.py:1", value="else") for f in refused.findings)
    assert [r["partialFingerprints"] for r in sarif(refused)["results"]] == [
        r["partialFingerprints"] for r in sarif(replace(refused, findings=moved))["results"]
    ]


def test_junit_has_a_case_for_each_rule_in_each_stack(refused: Verdict) -> None:
    root = ET.fromstring(render("junit", refused).encode())
    suites = {suite.attrib["name"]: suite for suite in root}
    assert suites.keys() == {"gate", *(j.stack for j in refused.judged)}
    for name, suite in suites.items():
        if name != "gate":
            assert sorted(case.attrib["name"] for case in suite) == IDS
            assert {case.attrib["classname"] for case in suite} == {name}
    outcomes = {
        (s, case.attrib["name"]): [e.tag for e in case] for s, suite in suites.items() for case in suite if len(case)
    }
    assert outcomes == {
        ("gate", "looked_at_everything"): ["error"],
        ("dev-compute", "state_is_locked"): ["failure"],
        ("dev-compute", "instances_use_imdsv2"): ["failure"],
        ("dev-ml", "buckets_keep_versions"): ["skipped"],
    }
    counts = {k: root.attrib[k] for k in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": str(1 + 3 * len(refused.judged)), "failures": "2", "errors": "1", "skipped": "1"}


def test_junit_a_finding_beside_an_excepted_one_still_fails(refused: Verdict) -> None:
    [(finding, _)] = refused.excepted
    both = replace(refused, findings=(replace(finding, address="aws_s3_bucket.other"),))
    root = ET.fromstring(render("junit", both).encode())
    [case] = root.iterfind(".//testcase[@classname='dev-ml'][@name='buckets_keep_versions']")
    assert [e.tag for e in case] == ["failure", "system-out"]


def baseline(verdict: Verdict, folder: Path) -> Path:
    file = folder / "baseline.json"
    file.write_text(render("json", verdict))
    return file


def titles(text: str) -> list[str]:
    return re.findall(r"^### (.*)$", text, re.M)


def test_markdown_beside_a_baseline_shows_only_what_changed(
    judge: Judge, stacks: Path, policies: Path, waiver: dict[str, str], tmp_path: Path
) -> None:
    sound_compute = (stacks / "dev-compute" / "cdk.tf.json").read_text()
    edit(stacks, "dev-compute", loosen)
    edit(stacks, "dev-observability", lambda c: c["terraform"]["backend"].clear())
    before = baseline(judge(), tmp_path)
    (stacks / "dev-compute" / "cdk.tf.json").write_text(sound_compute)
    edit(stacks, "dev-foundation", suspend)
    edit(stacks, "dev-ml", suspend)
    except_(policies, waiver)
    text = render("markdown", judge(), before)
    assert titles(text) == ["New findings (1)", "Mended (1)", "New exceptions (1)"]
    parts = re.split(r"^### .*$", text, flags=re.M)
    assert "dev-foundation: aws_s3_bucket." in parts[1]
    assert "`instances_use_imdsv2`: `dev-compute: aws_launch_template." in parts[2]
    assert "until 2026-12-24, approved by security" in parts[3]
    assert "1 finding is as before." in text
    assert "dev-observability" not in text


def test_markdown_says_that_nothing_changed(judge: Judge, passed: Verdict, refused: Verdict, tmp_path: Path) -> None:
    assert "Nothing has changed." in render("markdown", passed, baseline(passed, tmp_path))
    text = render("markdown", refused, baseline(refused, tmp_path))
    assert titles(text) == ["Not looked at, and so not passed (1)"]
    assert "2 findings are as before." in text
    assert "**refused**" in text


def test_markdown_an_exception_that_ended_is_a_new_finding(refused: Verdict, tmp_path: Path) -> None:
    [(finding, _)] = refused.excepted
    now = replace(refused, excepted=(), failures=(), findings=(*refused.findings, finding))
    text = render("markdown", now, baseline(refused, tmp_path))
    assert titles(text) == ["New findings (1)", "Exceptions that ended (1)"]


def test_markdown_what_is_excepted_now_was_not_mended(refused: Verdict, tmp_path: Path) -> None:
    [(finding, _)] = refused.excepted
    before = replace(refused, excepted=(), findings=(finding,))
    text = render("markdown", replace(refused, findings=(), failures=()), baseline(before, tmp_path))
    assert titles(text) == ["New exceptions (1)"]


def test_markdown_a_stack_that_was_not_judged_again_was_not_mended(refused: Verdict, tmp_path: Path) -> None:
    now = replace(refused, findings=(), failures=(), judged=tuple(j for j in refused.judged if j.stack == "dev-ml"))
    text = render("markdown", now, baseline(refused, tmp_path))
    assert titles(text) == []
    assert "Judged before and not now: `dev-compute`, `dev-foundation`, `dev-observability`." in text


def test_markdown_is_not_made_of_what_people_write(refused: Verdict) -> None:
    [(finding, waiver)] = refused.excepted
    said = waiver.model_copy(update={"reason": "[x](http://a) ![y](b) <img> @team *z*", "approver": "a|b\n# c"})
    text = render("markdown", replace(refused, excepted=((finding, said),)))
    assert r"\[x\](http://a) \!\[y\](b) \<img\> " in text
    assert not re.search(r"@team|^# c|[^\\]\*z|[^\\]\|b", text, re.M)


def test_markdown_has_an_end(refused: Verdict) -> None:
    many = tuple(replace(refused.findings[0], address=f"aws_x.n{n}") for n in range(2000))
    text = render("markdown", replace(refused, findings=many))
    assert "- and 1950 more" in text
    assert len(text) < 65_536  # what a comment may hold


def test_the_page_works_alone(refused: Verdict) -> None:
    text = unescape(render("html", refused))
    assert not re.findall(r"(?:src|href)\s*=|url\(|@import|https?://", text)
    assert '<span id="verdict" class="bad">refused</span>' in text
    assert f'<b id="resources">{refused.resources}</b>' in text
    for rule in {f.rule for f in refused.findings}:
        assert refused.rules[rule].title in text
