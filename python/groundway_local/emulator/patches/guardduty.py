"""GuardDuty: features that change one by one, tags, and one detector in a region."""

import json
from typing import Any
from urllib.parse import unquote

from moto.guardduty import urls
from moto.guardduty.exceptions import GuardDutyException
from moto.guardduty.models import Detector, GuardDutyBackend
from moto.guardduty.responses import GuardDutyResponse

create_detector = GuardDutyBackend.create_detector
update_detector = Detector.update


def only_detector(self: Any, *arguments: Any, **named: Any) -> str:
    if self.detectors:
        text = "The request is rejected because a detector already exists for the current account."
        raise GuardDutyException("BadRequestException", text)
    made: str = create_detector(self, *arguments, **named)
    return made


def update(self: Any, enable: Any, frequency: Any, data_sources: Any, features: list[dict[str, Any]] | None) -> None:
    """AWS changes the features that are given and keeps the others."""
    known = {f["name"]: f for f in self.features}
    merged = known | {f["name"]: f for f in features or []}
    update_detector(self, enable, frequency, data_sources, list(merged.values()))


def _tagged(response: GuardDutyResponse) -> Any:
    return response.guardduty_backend.get_detector(unquote(response.path).rpartition("/")[2])


def list_tags_for_resource(self: GuardDutyResponse) -> str:
    return json.dumps({"tags": _tagged(self).tags})


def tag_resource(self: GuardDutyResponse) -> str:
    _tagged(self).tags.update(self._get_param("tags"))
    return "{}"


def untag_resource(self: GuardDutyResponse) -> str:
    target = _tagged(self)
    for key in self.querystring.get("tagKeys", []):
        target.tags.pop(key, None)
    return "{}"


def apply() -> None:
    GuardDutyBackend.create_detector = only_detector
    Detector.update = update
    for operation in (list_tags_for_resource, tag_resource, untag_resource):
        setattr(GuardDutyResponse, operation.__name__, operation)
    urls.url_paths["{0}/tags/(?P<resourceArn>.+)$"] = GuardDutyResponse.dispatch
