"""The files of a release: the checkout itself where it is at that code, else the commit laid out beside it."""

import shutil
from pathlib import Path

from groundway import release as releases
from groundway.errors import GroundwayError
from groundway.release import Release
from groundway_ops.promotion.desk import Desk
from groundway_ops.rehearsal.checkout import Checkout

LAW = ("terraform", "allowed.yaml", "rules.yaml", "exceptions.yaml")  # of policies/: what the gate judges by


def workspace(desk: Desk, release: Release, configuration: str, pin: bool = True, own_law: bool = False) -> Path:
    """A checkout at `release`'s code, whose environment is configured by the text `configuration`.

    With `pin` it pins the release; else what is pinned stays. It is judged by the policies of today, or with `own_law`
    by those of its commit: a way back is not closed by what was decided later. Raises `GroundwayError` when git does
    not have the commit or it holds other code than what is pinned.
    """
    if _is_it(desk, release, configuration, pin):
        return desk.root
    directory = desk.directory / "checkout"
    shutil.rmtree(directory, ignore_errors=True)
    desk.report(f"laying out commit {release.revision[:12]}")
    Checkout(desk.root).at(release.revision, directory)
    if releases.blueprint(directory) != release.blueprint:
        raise GroundwayError(f"commit {release.revision[:12]} does not hold the code that {release.name} pins")
    _take(desk.root / "environments", directory / "environments")
    for name in () if own_law else LAW:
        _take(desk.root / "policies" / name, directory / "policies" / name)
    own = directory / "environments" / desk.name
    (own / "environment.yaml").write_text(configuration, encoding="utf-8")
    if pin:
        releases.write(directory, release)
    return directory


def _is_it(desk: Desk, release: Release, configuration: str, pin: bool) -> bool:
    return (
        releases.blueprint(desk.root) == release.blueprint
        and desk.configuration() == configuration
        and (not pin or releases.pinned(desk.root, desk.name) == release)
    )


def _take(source: Path, target: Path) -> None:
    """Put `source` in the place of `target`."""
    if target.is_dir():
        shutil.rmtree(target)
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
