"""What happened in an environment, in a log that shows when it was tampered with: groundway_ops/evidence/log.py."""

from groundway_ops.evidence.caller import caller
from groundway_ops.evidence.entry import Entry
from groundway_ops.evidence.event import Event, Kind
from groundway_ops.evidence.log import Log, open_log
from groundway_ops.evidence.place import NoEvidence
from groundway_ops.evidence.verification import Verification

__all__ = ["Entry", "Event", "Kind", "Log", "NoEvidence", "Verification", "caller", "open_log"]
