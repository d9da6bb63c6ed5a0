"""Put a file on a pull request as the one comment of ours, updated in place: .ci/comment.py NUMBER FILE.

On GitHub with the job's own token (GH_TOKEN), on GitLab with COMMENT_TOKEN, since a job's own may not comment there.
Uses the standard library only, so that the job that may write needs nothing installed.
"""

import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

MARK = "<!-- groundway -->"
PAGE = 100


class Forge:
    """Comments of one pull request on GitHub."""

    update = "PATCH"

    def __init__(self, env: dict[str, str], number: str) -> None:
        self.headers = {"Authorization": f"Bearer {env['GH_TOKEN']}", "Accept": "application/vnd.github+json"}
        repository = f"{env['GITHUB_API_URL']}/repos/{env['GITHUB_REPOSITORY']}"
        self.comments, self.one = f"{repository}/issues/{number}/comments", f"{repository}/issues/comments"

    def wrote(self, comment: dict[str, Any]) -> bool:
        """Whether a job's token did: anybody else may copy the mark."""
        return bool(comment["user"]["login"] == "github-actions[bot]")

    def ours(self) -> int | None:
        """The comment that a job wrote and that begins with the mark."""
        page = 1
        while listed := self.ask("GET", f"{self.comments}?per_page={PAGE}&page={page}"):
            for comment in listed:
                if self.wrote(comment) and comment["body"].startswith(MARK):
                    return int(comment["id"])
            page += 1
        return None

    def put(self, body: str) -> str:
        found = self.ours()
        if found is None:
            self.ask("POST", self.comments, {"body": body})
            return "commented"
        self.ask(self.update, f"{self.one}/{found}", {"body": body})
        return "updated the comment"

    def ask(self, method: str, url: str, data: dict[str, str] | None = None) -> Any:
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(  # noqa: S310 -- the forge's own address
            url, body, {**self.headers, "Content-Type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)


class GitLab(Forge):
    """Notes of one merge request on GitLab."""

    update = "PUT"

    def __init__(self, env: dict[str, str], number: str) -> None:
        self.headers = {"PRIVATE-TOKEN": env["COMMENT_TOKEN"]}
        self.comments = f"{env['CI_API_V4_URL']}/projects/{env['CI_PROJECT_ID']}/merge_requests/{number}/notes"
        self.one = self.comments
        self.me = self.ask("GET", f"{env['CI_API_V4_URL']}/user")["id"]

    def wrote(self, comment: dict[str, Any]) -> bool:
        return bool(comment["author"]["id"] == self.me)


def main() -> int:
    number, file = sys.argv[1:]
    env = dict(os.environ)
    body = Path(file).read_text(encoding="utf-8")
    if not body.startswith(MARK):
        print(f"{file} does not begin with {MARK}: it could not be found again", file=sys.stderr)  # noqa: T201
        return 2
    if "GITLAB_CI" in env and not env.get("COMMENT_TOKEN"):
        print("COMMENT_TOKEN is not set: the comment stays an artifact of its job")  # noqa: T201
        return 0
    try:
        done = (GitLab if "GITLAB_CI" in env else Forge)(env, number).put(body)
    except (urllib.error.URLError, TimeoutError) as e:
        print(f"the comment cannot be made: {e}", file=sys.stderr)  # noqa: T201
        return 4
    print(f"{done} on {number}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
