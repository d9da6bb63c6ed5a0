"""The scripts that the workflows call, each by itself: with a real git remote, and stand-ins for make and the forge."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from stand_ins import Comments, StandIns, serving
from workflows import ROOT

MARK = "<!-- groundway -->"


class Repository:
    """A clone with the scripts and one environment, and the bare repository that it pushes to."""

    def __init__(self, folder: Path) -> None:
        self.root, self.remote = folder / "clone", folder / "remote.git"
        self.git("init", "-q", "--bare", "-b", "main", str(self.remote), cwd=folder)
        self.git("clone", "-q", str(self.remote), str(self.root), cwd=folder)
        shutil.copytree(ROOT / ".ci", self.root / ".ci")
        (self.root / "Makefile").write_text("setup lint types quick:\n")
        for name in ("dev", "prod"):
            (self.root / "environments" / name).mkdir(parents=True)
            (self.root / "environments" / name / "environment.yaml").write_text("")
        self.commit("first")
        self.git("push", "-q", "origin", "HEAD:main")
        self.stand_ins = StandIns(folder / "bin")

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.invalid"]
        done = subprocess.run(
            ["git", *identity, *arguments], cwd=cwd or self.root, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self, message: str) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def offer(self, text: str, said: str = "promoted") -> None:
        proposal = self.root / ".groundway" / "proposal"
        proposal.mkdir(parents=True, exist_ok=True)
        (proposal / "release.yaml").write_text(text)
        (proposal / "said.txt").write_text(said)

    def run(self, *command: str, **env: str) -> subprocess.CompletedProcess[str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "GITLAB_", "CI_", "GROUNDWAY_"))}
        return subprocess.run(
            command, cwd=self.root, env={**kept, "PATH": self.stand_ins.path, **env}, capture_output=True, text=True
        )


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


# a proposal


def test_a_proposal_opens_one_pull_request_and_updates_it(repository: Repository) -> None:
    repository.offer("name: r-1\n", "gate: passed ``` @all")
    first = repository.run(".ci/propose", "prod", "Promote; $(date)")
    assert first.returncode == 0, first.stderr
    assert repository.git("show", "release/prod:environments/prod/release.yaml", cwd=repository.remote) == "name: r-1"
    assert repository.git("log", "-1", "--format=%s", "release/prod", cwd=repository.remote) == "Promote; $(date)"
    assert any(c.startswith("gh pr create --base main --head release/prod") for c in repository.stand_ins.called)
    body = repository.stand_ins.bodies.read_text()
    assert "gate: passed  @all" in body  # nothing ends the block that it stands in
    repository.git("checkout", "-q", "main")
    repository.offer("name: r-2\n")
    again = repository.run(".ci/propose", "prod", "Again", OPEN_PULL_REQUEST="12")
    assert again.returncode == 0, again.stderr
    assert any(c.startswith("gh pr edit 12 --title Again") for c in repository.stand_ins.called)
    assert repository.git("show", "release/prod:environments/prod/release.yaml", cwd=repository.remote) == "name: r-2"
    assert repository.git("rev-list", "--count", "main..release/prod", cwd=repository.remote) == "1"


def test_a_proposal_changes_nothing_else_whatever_is_there(repository: Repository) -> None:
    repository.offer("name: r-1\n")
    (repository.root / "environments/dev/environment.yaml").write_text("changed")
    (repository.root / ".groundway/proposal/Makefile").write_text("changed")
    assert repository.run(".ci/propose", "prod", "t").returncode == 0
    changed = repository.git("diff", "--name-only", "main", "release/prod", cwd=repository.remote)
    assert changed == "environments/prod/release.yaml"


def test_what_is_pinned_already_is_not_proposed(repository: Repository) -> None:
    (repository.root / "environments/prod/release.yaml").write_text("name: r-1\n")
    repository.commit("pinned")
    repository.offer("name: r-1\n")
    done = repository.run(".ci/propose", "prod", "t")
    assert (done.returncode, "nothing to propose" in done.stdout) == (0, True)
    assert repository.stand_ins.called == []
    assert "release/prod" not in repository.git("branch", "-a", cwd=repository.remote)


@pytest.mark.parametrize("name", ["nowhere", "../dev", ""])
def test_an_unknown_environment_is_refused(repository: Repository, name: str) -> None:
    repository.offer("name: r-1\n")
    done = repository.run(".ci/propose", name, "t")
    assert done.returncode != 0
    assert repository.git("branch", "-a", cwd=repository.remote) == "* main"


def test_on_gitlab_the_push_opens_the_merge_request(repository: Repository) -> None:
    repository.git("config", "receive.advertisePushOptions", "true", cwd=repository.remote)
    hook = repository.remote / "hooks" / "post-receive"
    hook.write_text("#!/bin/sh\nenv | grep ^GIT_PUSH_OPTION_[0-9] | sort > pushed\n")
    hook.chmod(0o755)
    repository.offer("name: r-1\n")
    done = repository.run(
        ".ci/propose",
        "prod",
        "Promote staging to prod",
        GITLAB_CI="true",
        CI_JOB_TOKEN="t",
        CI_SERVER_HOST="gitlab.example.invalid",
        CI_PROJECT_PATH="g/p",
        GIT_CONFIG_COUNT="1",
        GIT_CONFIG_KEY_0=f"url.{repository.remote}.insteadOf",
        GIT_CONFIG_VALUE_0="https://gitlab-ci-token:t@gitlab.example.invalid/g/p.git",
    )
    assert done.returncode == 0, done.stderr
    options = [line.partition("=")[2] for line in (repository.remote / "pushed").read_text().splitlines()]
    assert options[:3] == [
        "merge_request.create",
        "merge_request.target=main",
        "merge_request.title=Promote staging to prod",
    ]
    assert repository.stand_ins.called == []


# an offer


def test_an_offer_keeps_what_was_pinned_and_said(repository: Repository) -> None:
    command = "echo cut r-1; echo name: r-1 > environments/dev/release.yaml"
    done = repository.run(".ci/offer", "dev", "bash", "-c", command)
    assert (done.returncode, done.stdout) == (0, "cut r-1\n"), done.stderr
    proposal = repository.root / ".groundway" / "proposal"
    assert {f.name: f.read_text() for f in proposal.iterdir()} == {
        "release.yaml": "name: r-1\n",
        "said.txt": "cut r-1\n",
    }
    assert repository.stand_ins.called == ["make setup"]


def test_a_configuration_that_came_back_is_offered_and_proposed(repository: Repository) -> None:
    command = "echo name: r-0 > environments/prod/release.yaml; echo before > environments/prod/environment.yaml"
    assert repository.run(".ci/offer", "prod", "bash", "-c", command).returncode == 0
    repository.git("checkout", "-q", "-f", "main")
    assert repository.run(".ci/propose", "prod", "Roll prod back").returncode == 0
    changed = repository.git("diff", "--name-only", "main", "release/prod", cwd=repository.remote).splitlines()
    assert changed == ["environments/prod/environment.yaml", "environments/prod/release.yaml"]


def test_a_command_that_fails_offers_nothing(repository: Repository) -> None:
    (repository.root / "environments/dev/release.yaml").write_text("name: r-0\n")
    done = repository.run(".ci/offer", "dev", "bash", "-c", "echo refused; exit 3")
    assert done.returncode == 3
    assert not (repository.root / ".groundway/proposal/release.yaml").exists()


# which releases changed


def test_the_environments_that_were_released(repository: Repository) -> None:
    first = repository.git("rev-parse", "HEAD")
    assert repository.run(".ci/released", first).stdout == "[]\n"
    for name in ("dev", "prod"):
        (repository.root / "environments" / name / "release.yaml").write_text("name: r-1\n")
    (repository.root / "other").write_text("")
    both = repository.commit("both")
    assert json.loads(repository.run(".ci/released", first).stdout) == ["dev", "prod"]
    (repository.root / "environments/prod/release.yaml").write_text("name: r-2\n")
    (repository.root / "environments/dev/release.yaml").unlink()
    repository.commit("one, and one taken away")
    assert json.loads(repository.run(".ci/released", both).stdout) == ["prod"]
    assert json.loads(repository.run(".ci/released", "0" * 40).stdout) == ["prod"]


# the comment


def comment(folder: Path, body: str, **env: str) -> subprocess.CompletedProcess[str]:
    file = folder / "comment.md"
    file.write_text(body)
    command = [sys.executable, str(ROOT / ".ci/comment.py"), "5", str(file)]
    return subprocess.run(command, env={"PATH": os.environ["PATH"], **env}, capture_output=True, text=True)


def github(url: str, token: str = "right") -> dict[str, str]:
    return {"GH_TOKEN": token, "GITHUB_API_URL": url, "GITHUB_REPOSITORY": "o/r"}


def gitlab(url: str, token: str = "right") -> dict[str, str]:
    return {"GITLAB_CI": "true", "COMMENT_TOKEN": token, "CI_API_V4_URL": url, "CI_PROJECT_ID": "3"}


@pytest.mark.parametrize(
    ("forge", "made", "updated"),
    [
        (github, "POST /repos/o/r/issues/5/comments", "PATCH /repos/o/r/issues/comments/103"),
        (gitlab, "POST /projects/3/merge_requests/5/notes", "PUT /projects/3/merge_requests/5/notes/103"),
    ],
)
def test_one_comment_is_made_and_updated(forge: object, made: str, updated: str, tmp_path: Path) -> None:
    comments = Comments()
    comments.add(f"{MARK} somebody who copies the mark", {"login": "mallory", "id": 8})
    for i in range(101):  # so that ours is on the second page
        comments.add(f"{i}", comments.me)
    with serving(comments) as url:
        first = comment(tmp_path, f"{MARK}\none", **forge(url))  # type: ignore[operator]
        assert (first.returncode, first.stdout) == (0, "commented on 5\n"), first.stderr
        assert comments.asked[-1] == made
        second = comment(tmp_path, f"{MARK}\ntwo", **forge(url))  # type: ignore[operator]
        assert (second.returncode, second.stdout) == (0, "updated the comment on 5\n"), second.stderr
        assert comments.asked[-1] == updated
    assert [c["body"] for c in comments.comments if MARK in c["body"]][1:] == [f"{MARK}\ntwo"]


@pytest.mark.parametrize("forge", [github, gitlab])
def test_a_forge_that_refuses_is_told(forge: object, tmp_path: Path) -> None:
    with serving(Comments()) as url:
        done = comment(tmp_path, MARK, **forge(url, "wrong"))  # type: ignore[operator]
    assert (done.returncode, done.stderr) == (4, "the comment cannot be made: HTTP Error 403: Forbidden\n")


def test_without_a_token_gitlab_keeps_the_artifact(tmp_path: Path) -> None:
    done = comment(tmp_path, MARK, **gitlab("http://127.0.0.1:1", ""))
    assert (done.returncode, "stays an artifact" in done.stdout) == (0, True)


def test_a_comment_that_could_not_be_found_again_is_refused(tmp_path: Path) -> None:
    comments = Comments()
    with serving(comments) as url:
        assert comment(tmp_path, "no mark", **github(url)).returncode == 2
    assert comments.asked == []


def test_the_mark_is_that_of_the_command() -> None:
    from groundway_ops.comment.command import MARK as WRITTEN

    assert f'MARK = "{WRITTEN}"' in (ROOT / ".ci/comment.py").read_text()
