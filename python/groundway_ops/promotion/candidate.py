"""What a promotion would pin: what the source pins, as the target is configured."""

from datetime import UTC, datetime

from groundway import release as releases
from groundway.errors import InvalidInput, Refused
from groundway.release import Release
from groundway.release.model import name as release_name
from groundway_ops.gate import rules
from groundway_ops.promotion.desk import Desk


def candidate(source: Desk, target: Desk) -> tuple[Release, Release]:
    """What the target would pin, and what the source pins.

    Raises `Refused` where the one does not lead to the other, `InvalidInput` for a source that pins nothing.
    """
    if target.environment.account not in source.environment.access.promoted_to:
        raise Refused(
            f"releases of {source.name} do not go to {target.name}: its account {target.environment.account} is not "
            f"in access.promoted_to of environments/{source.name}/environment.yaml"
        )
    origin = releases.pinned(source.root, source.name)
    if origin is None:
        raise InvalidInput(f"{source.name} pins nothing yet: groundway release cut {source.name}")
    created = datetime.now(UTC).replace(microsecond=0)
    draft = origin.model_copy(
        update={
            "environment": target.name,
            "origin": f"{source.name}/{origin.name}",
            "created": created,
            "by": target.caller,
            "configuration": releases.configuration(target.root, target.name),
            "policies": rules.load(target.root / "policies").digest,
        }
    )
    return draft.model_copy(update={"name": release_name(created, draft.subject)}), origin
