"""Everything that would run is what was made: models by digest and signature, images by digest, code by its commit."""

import shutil
from typing import Any

from groundway import platform as platforms
from groundway import signing
from groundway.errors import GroundwayError, InvalidInput
from groundway.platform import Platform
from groundway.release import ModelPin, artifacts, blueprint
from groundway_ops.accounts import Account
from groundway_ops.evidence import open_log
from groundway_ops.promotion.gates.gate import Request, Result

NAME = "provenance"
GONE = ("ImageNotFoundException", "RepositoryNotFoundException")
# What decides besides the code: nobody else could judge by what was never committed.
LAW = ("policies", "environments/*/environment.yaml", "environments/*/usage.yaml", "environments/teams.yaml")


def provenance(request: Request) -> Result:
    """Passes when each model, each image and the code are exactly what the candidate names, by who may make them."""
    release = request.candidate
    with request.in_source.entered():
        platform = platforms.load(request.source.name)
        key = signing.public(request.source.name, "models")
    passed_on = request.origin.origin is not None and _passed_before(request)
    trusted = {name: pin.signer if passed_on else key for name, pin in release.models.items()}
    models = {n: _model(request, platform, n, pin, trusted[n]) for n, pin in sorted(release.models.items())}
    images = {purpose: _image(request, platform, purpose, d) for purpose, d in sorted(release.images.items())}
    code = _code(request)
    problems = [said for said in [*models.values(), *images.values(), code] if said]
    fine = f"{len(models)} models, {len(images)} images and commit {release.revision[:12]} are what was released"
    return Result(
        gate=NAME,
        passed=not problems,
        reason="; ".join(problems) or fine,
        evidence={
            "models": {name: _pin(pin, models[name]) for name, pin in sorted(release.models.items())},
            "images": {p: {"digest": release.images[p], "problem": images[p]} for p in images},
            "key": signing.fingerprint(key) if key else None,
            "revision": release.revision,
            "blueprint": release.blueprint,
            "code": code,
        },
    )


def _model(request: Request, platform: Platform, name: str, pin: ModelPin, key: str | None) -> str | None:
    """What is wrong with a pinned model; None when it is there, whole, and signed by the key that is trusted."""
    source = request.source.name
    if key is None:
        return f"{name}: {source} publishes no key that models are signed with: groundway bootstrap {source}"
    if pin.signer != key:
        return f"{name}: signed by the key {signing.fingerprint(pin.signer)}, {source}'s is {signing.fingerprint(key)}"
    there = request.work / "models" / name
    shutil.rmtree(there, ignore_errors=True)
    try:
        with request.in_source.entered():
            artifacts.fetch(platform, name, pin, there)
    except GroundwayError as e:
        return f"{name}: {e.message}"
    finally:
        shutil.rmtree(there, ignore_errors=True)
    return None


def _passed_before(request: Request) -> bool:
    """Whether the source got this very release by a promotion, whose gates looked at who had signed what it pins."""
    with request.in_source.entered():
        entries = open_log(request.source).entries("promotion")
    wanted = request.origin.model_dump(mode="json", exclude_none=True)
    return any(entry.event.details.get("release") == wanted for entry in entries)


def _image(request: Request, platform: Platform, purpose: str, digest: str) -> str | None:
    """What is wrong with an image; None when the target or the source has it."""
    url = {"training": platform.images.training, "serving": platform.images.serving}.get(purpose)
    if url is None:
        return f"image {purpose}: there is no repository for it"
    repository = url.partition("/")[2].removeprefix(f"{request.source.prefix}/")
    if any(_has(account, f"{account.environment.prefix}/{repository}", digest) for account in _both(request)):
        return None
    return f"image {purpose} {digest[:19]} is neither in {request.target.name} nor in {request.source.name}"


def _both(request: Request) -> tuple[Account, Account]:
    return request.in_target, request.in_source


def _has(account: Account, repository: str, digest: str) -> bool:
    from botocore.exceptions import ClientError

    try:
        found = account.client("ecr").describe_images(repositoryName=repository, imageIds=[{"imageDigest": digest}])
    except ClientError as e:
        if e.response["Error"]["Code"] in GONE:
            return False
        raise
    return bool(found["imageDetails"])


def _code(request: Request) -> str | None:
    """What is wrong with the code; None when the candidate's commit holds it, and all that decides is committed."""
    release, history = request.candidate, request.history
    try:
        commit = history.commit(release.revision)
    except InvalidInput:
        commit = ""
    if commit != release.revision:
        return f"git does not know a commit {release.revision[:12]} in {history.root}"
    there = request.work / "commit"
    shutil.rmtree(there, ignore_errors=True)
    found = blueprint(history.at(release.revision, there).root)
    shutil.rmtree(there, ignore_errors=True)
    if found != release.blueprint:
        return (
            f"commit {release.revision[:12]} holds other code than the release: it was made with changes that were "
            f"not committed. Commit them, then: groundway release cut {request.source.name}"
        )
    if changed := history.changed(*LAW):
        return f"{', '.join(changed[:3])} has changes that are not committed: commit them first"
    return None


def _pin(pin: ModelPin, problem: str | None) -> dict[str, Any]:
    return {"version": pin.version, "digest": pin.digest, "signer": signing.fingerprint(pin.signer), "problem": problem}
