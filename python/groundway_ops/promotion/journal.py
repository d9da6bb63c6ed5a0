"""The journal of the operation that an environment is in: who does it, what it makes, how far it is.

It is one object in the environment's state bucket, made and changed with conditional writes. So it is the lock as well:
of two operations that begin at once, one makes it. Who finds the journal of a process that died goes on with it, or
rolls it back.
"""

import os
import secrets
import socket
import threading
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Literal, Self

import psutil
from pydantic import AwareDatetime, BaseModel, ConfigDict

from groundway.errors import GroundwayError, Refused, Unavailable
from groundway.release import Release
from groundway_ops.accounts import Account

Kind = Literal["cut", "promotion", "deploy", "rollback"]
HEARTBEAT = 60.0  # seconds between two signs of life
DEAD_AFTER = timedelta(minutes=10)  # without one, where nobody can look whether the process is still there


class Journal(BaseModel):
    """`configuration` is the text of the release's environment.yaml; `done` are the steps that are behind it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: Kind
    environment: str
    by: str
    reason: str
    host: str
    pid: int
    process_began: float
    begun: AwareDatetime
    alive: AwareDatetime
    release: Release
    configuration: str
    previous: Release | None = None
    details: dict[str, Any] = {}
    done: tuple[str, ...] = ()

    @classmethod
    def of(cls, kind: Kind, by: str, reason: str, release: Release, configuration: str, **more: Any) -> Self:
        """A new one, of this process, that begins now."""
        now = datetime.now(UTC)
        return cls(
            id=f"{kind}-{now:%Y%m%dt%H%M%Sz}-{secrets.token_hex(3)}",
            kind=kind,
            environment=release.environment,
            by=by,
            reason=reason,
            begun=now,
            release=release,
            configuration=configuration,
            **_here(now),
            **more,
        )

    @property
    def dead(self) -> bool:
        """Whether its process is gone. On another machine, silence is taken for it."""
        if self.host != socket.gethostname():
            return datetime.now(UTC) - self.alive > DEAD_AFTER
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.process_began) < 2
            return not same or process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    def same(self, other: "Journal") -> bool:
        """Whether it is the same operation: to the same end, whoever asks for it."""
        return self.kind == other.kind and self.release.subject == other.release.subject

    def __str__(self) -> str:
        return f"{self.kind} of {self.release.name} into {self.environment} by {self.by}, begun {self.begun:%F %T} UTC"


class Lease:
    """A journal that is this process's own, from `begin` until `close`. Use it in a `with`: it gives signs of life.

    Leaving the `with` does not close it: what raised may be gone on with, or rolled back.
    """

    def __init__(self, account: Account, journal: Journal, etag: str) -> None:
        self._account, self._etag = account, etag
        self.journal = journal
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._pulse: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._pulse = threading.Thread(target=self._beat, daemon=True)
        self._pulse.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        self._stop.set()
        if self._pulse:
            self._pulse.join()

    def mark(self, step: str, **details: Any) -> None:
        """The step is done; `details` are kept for whoever goes on."""
        done = (*self.journal.done, step)
        self._change(self.journal.model_copy(update={"done": done, "details": self.journal.details | details}))

    def note(self, **details: Any) -> None:
        """Keep `details` with it: what is asked for now counts, not what was when it began."""
        self._change(self.journal.model_copy(update={"details": self.journal.details | details}))

    def become(self, journal: Journal) -> None:
        """Another operation takes this one's place, without a moment in between."""
        self._change(journal)

    def close(self) -> None:
        """The operation is over; the next may begin."""
        with self._lock:
            self._stop.set()
            _s3(self._account, "delete_object", IfMatch=self._etag)

    def _beat(self) -> None:
        while not self._stop.wait(HEARTBEAT):
            self._change(self.journal.model_copy(update={"alive": datetime.now(UTC)}))

    def _change(self, journal: Journal) -> None:
        with self._lock:
            try:
                self._etag = _put(self._account, journal, IfMatch=self._etag)
            except Lost:
                raise Refused(f"the {self.journal} was taken over by somebody else: this process stops here") from None
            self.journal = journal


class Lost(GroundwayError):
    """The journal is not, or no longer, what this process thought."""


def begin(account: Account, journal: Journal, take_over: tuple[Kind, ...] = ()) -> Lease:
    """Make `journal` the environment's, or go on with what a process that died left of the same operation.

    `take_over`: kinds of operations whose place it takes when their process died. Raises `Refused` while another one is
    under way, and for one that died and must be finished or rolled back first.
    """
    try:
        return Lease(account, journal, _put(account, journal, IfNoneMatch="*"))
    except Lost:
        pass
    found = find(account)
    if found is None:  # it was closed just now
        return begin(account, journal, take_over)
    left, etag = found
    if not left.dead:
        raise Refused(
            f"{left.environment} is busy: {left} (process {left.pid} on {left.host}). Try again when it is over."
        )
    if left.same(journal):
        mine = left.model_copy(update=_here(datetime.now(UTC)))
    elif left.kind in take_over:
        mine = journal.model_copy(update={"details": journal.details | {"undoes": left.id}})
    else:
        raise Refused(
            f"{left.environment} is in the middle of something: {left}, and its process is gone. Ask for the same "
            f"again, and it is finished; or undo it: groundway rollback {left.environment}"
        )
    try:
        return Lease(account, mine, _put(account, mine, IfMatch=etag))
    except Lost:
        raise Refused(f"{left.environment} is busy: somebody else goes on with the {left}") from None


def find(account: Account) -> tuple[Journal, str] | None:
    """The environment's journal and its ETag; None when it is in no operation."""
    answer = _s3(account, "get_object")
    if answer is None:
        return None
    return Journal.model_validate_json(answer["Body"].read()), answer["ETag"]


def _here(now: datetime) -> dict[str, Any]:
    began = psutil.Process().create_time()
    return {"host": socket.gethostname(), "pid": os.getpid(), "process_began": began, "alive": now}


def _put(account: Account, journal: Journal, **condition: str) -> str:
    answer = _s3(account, "put_object", Body=journal.model_dump_json().encode(), **condition)
    if answer is None:
        raise Lost("the journal is another's")
    return str(answer["ETag"])


def _s3(account: Account, operation: str, **arguments: Any) -> dict[str, Any] | None:
    """The answer; None when the journal is not there, or not as the condition wants it."""
    from botocore.exceptions import BotoCoreError, ClientError

    environment = account.environment
    where = {"Bucket": environment.state_bucket, "Key": f"{environment.name}/release.journal.json"}
    try:
        answer: dict[str, Any] = getattr(account.client("s3"), operation)(**where, **arguments)
        return answer
    except ClientError as e:
        if e.response["Error"]["Code"] in ("NoSuchKey", "404", "PreconditionFailed", "ConditionalRequestConflict"):
            return None
        if e.response["Error"]["Code"] == "NoSuchBucket":
            name = environment.name
            raise Unavailable(f"{name} has no bucket {environment.state_bucket}: groundway bootstrap {name}") from None
        raise Unavailable(f"s3://{where['Bucket']}/{where['Key']}: {e}") from None
    except BotoCoreError as e:
        raise Unavailable(f"s3://{where['Bucket']}/{where['Key']} cannot be reached: {e}") from None
