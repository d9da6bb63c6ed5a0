"""`groundway release cut`: pin what an environment runs, where models are made: this code, and the champions."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from groundway import platform as platforms
from groundway import registry as registries
from groundway import release as releases
from groundway import signing
from groundway.errors import Refused
from groundway.platform import Platform
from groundway.registry import ModelVersion, Registry
from groundway.registry.signature import signature as signature_of
from groundway.release import Deployed, ModelPin, Release, artifacts
from groundway.release.model import name as release_name
from groundway_ops.gate import rules
from groundway_ops.promotion import images, journal, sbom, steps
from groundway_ops.promotion.desk import Desk, commit, contents
from groundway_ops.promotion.journal import Journal, Lease
from groundway_ops.promotion.steps import Step

STEPS = ("models", "sbom", "pin", "record", "evidence")


@dataclass(frozen=True)
class Cut:
    """Pins the environment of `desk`. With `models` off, none: for an environment that has no registry yet."""

    desk: Desk
    reason: str = ""
    models: bool = True

    def run(self) -> Release:
        """Raises before anything is changed, for a checkout that is not committed, or a model that is not signed."""
        desk = self.desk
        with desk.account.entered():
            platform = platforms.load(desk.name)
            champions = self._champions() if self.models else {}
            release = self._release(platform, champions)
        before = releases.pinned(desk.root, desk.name)
        if before and before.subject == release.subject and self._told(before):
            desk.report(f"{desk.name} pins and runs it already, as {before.name}")
            return before
        new = Journal.of("cut", desk.caller, self.reason, release, desk.configuration(), previous=before)
        with journal.begin(desk.account, new, take_over=("cut",)) as lease:
            steps.run(lease, self.steps(lease, platform), desk.report)
        return lease.journal.release

    def _told(self, release: Release) -> bool:
        """Whether it was cut to the end before."""
        with self.desk.account.entered():
            running = releases.deployed(self.desk.name)
        done = running is not None and running.release == release
        return done and journal.find(self.desk.account) is None

    def steps(self, lease: Lease, platform: Platform) -> list[Step]:
        release = lease.journal.release
        titles = {
            "models": f"putting {len(release.models)} models where releases of {self.desk.name} find them",
            "sbom": "keeping the bill of materials",
            "pin": f"pinning {release.name}",
            "record": "telling the runtime",
            "evidence": "leaving evidence",
        }
        work = {
            "models": lambda: self._publish(release, platform),
            "sbom": lambda: self._bill(release),
            "pin": lambda: _pin(self.desk, release),
            "record": lambda: self._record(release),
            "evidence": lambda: self._tell(lease.journal),
        }
        return [Step(name, titles[name], work[name], prepares=name in ("models", "sbom")) for name in STEPS]

    def _champions(self) -> dict[str, ModelPin]:
        registry = registries.connect()
        found = {}
        for name in sorted({version.name for version in registries.versions(registry)}):
            if champion := registries.champion(registry, name):
                found[name] = _pinned(registry, champion, self.desk.name)
        return found

    def _release(self, platform: Platform, models: Mapping[str, ModelPin]) -> Release:
        desk, created = self.desk, datetime.now(UTC).replace(microsecond=0)
        revision = commit(desk.root)
        draft = Release(
            name=release_name(created, "sha256:000000"),
            environment=desk.name,
            created=created,
            by=desk.caller,
            revision=revision,
            blueprint=releases.blueprint(desk.root),
            configuration=releases.configuration(desk.root, desk.name),
            policies=rules.load(desk.root / "policies").digest,
            models=dict(models),
            images=images.built(platform, revision),
            sbom=sbom.digest(sbom.write(desk.root)),
        )
        return draft.model_copy(update={"name": release_name(created, draft.subject)})

    def _publish(self, release: Release, platform: Platform) -> None:
        with self.desk.account.entered():
            for name, pin in release.models.items():
                if artifacts.exists(platform, name, pin.digest):
                    continue
                registry = registries.connect()
                version = registries.show(registry, name, pin.version)
                with tempfile.TemporaryDirectory() as d:
                    directory = registries.download(registry, name, pin.version, Path(d) / "model", pin.signer)
                    signature = signature_of(registry, version)
                    assert signature is not None  # `download` refused it else
                    tags = platform.tags.using(model=name)
                    artifacts.publish(platform, name, pin.digest, directory, signature, tags)

    def _bill(self, release: Release) -> None:
        with self.desk.account.entered():
            keep(self.desk, release, self.desk.root)

    def _record(self, release: Release) -> None:
        with self.desk.account.entered():
            releases.record(Deployed(release=release, since=datetime.now(UTC)), self.desk.environment.cost_tags)

    def _tell(self, journal: Journal) -> None:
        self.desk.tell(journal, "cut", **contents(journal.release, journal.configuration))


def keep(desk: Desk, release: Release, root: Path) -> None:
    """Keep the bill of materials that the release names. The account must be entered."""
    document = sbom.write(root)
    if sbom.digest(document) != release.sbom:
        raise Refused(f"the bill of materials of {root} is not the one that {release.name} pins")
    sbom.keep(desk.environment, document)


def _pin(desk: Desk, release: Release) -> None:
    releases.write(desk.root, release)


def _pinned(registry: Registry, version: ModelVersion, environment: str) -> ModelPin:
    what = f"{version.name} version {version.version}"
    signer = signing.public(environment, "models")
    if signer is None:
        raise Refused(f"{environment} has no key that models are signed with: groundway bootstrap {environment}")
    if signature_of(registry, version) is None:
        raise Refused(f"{what} is not signed: there was no key when it was registered. Train and register it again.")
    lineage = registries.lineage(registry, version)
    return ModelPin(
        version=version.version,
        digest=f"sha256:{version.digest}",
        signer=signer,
        dataset=f"{lineage.dataset}@{lineage.dataset_version}",
        features=lineage.features,
    )
