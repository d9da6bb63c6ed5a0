"""The local target: the training script as a process of this machine, in its own process group."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from threading import Thread

from groundway.errors import GroundwayError, InvalidInput
from groundway.training.job import TrainingJob, TrainingResult
from groundway.training.layout import Layout

LAST_LINES = 20
GRACE_SECONDS = 5


class LocalTarget:
    """Runs jobs below `home`/runs/<run>/ (default: $GROUNDWAY_HOME, else `.groundway`), one process each.

    `log` is given every line that the script prints, with the run's name in front, as it is printed.
    """

    def __init__(self, home: Path | None = None, log: Callable[[str], None] = lambda _: None) -> None:
        self.home = home or Path(os.environ.get("GROUNDWAY_HOME", ".groundway"))
        self._log = log

    def run(self, job: TrainingJob) -> TrainingResult:
        _check(job)
        layout = Layout((self.home / "runs" / job.tags.run).resolve())
        layout.prepare(job)
        arguments = [a for name, value in job.arguments().items() for a in (f"--{name}", value)]
        started = time.monotonic()
        code, last = self._process(job, layout, [sys.executable, str(job.script.resolve()), *arguments])
        if code != 0:
            how = f"exit code {code}" if code > 0 else f"killed by {signal.Signals(-code).name}"
            reason = _read(layout.failure) or "\n".join(last) or "it printed nothing"
            raise GroundwayError(f"training script {job.script} failed ({how}); log: {layout.log}\n{reason}")
        if not any(layout.model.iterdir()):
            raise GroundwayError(f"training script {job.script} wrote nothing into SM_MODEL_DIR; log: {layout.log}")
        return TrainingResult(
            run=job.tags.run,
            model_dir=layout.model,
            output_dir=layout.output,
            log=layout.log,
            seconds=round(time.monotonic() - started, 3),
        )

    def _process(self, job: TrainingJob, layout: Layout, command: list[str]) -> tuple[int, deque[str]]:
        """Run `command`; returns its exit code and last lines. Leaves no process behind, however it is left itself."""
        last: deque[str] = deque(maxlen=LAST_LINES)
        process = subprocess.Popen(
            command,
            cwd=layout.root,
            env=layout.variables(job),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        # A process that the script left behind may hold its output open, so the script's end is what ends the run.
        reader = Thread(target=self._copy, args=(process, job.tags.run, layout.log, last), daemon=True)
        reader.start()
        try:
            return process.wait(), last
        finally:
            _end_group(process)
            reader.join(GRACE_SECONDS)

    def _copy(self, process: subprocess.Popen[str], run: str, log: Path, last: deque[str]) -> None:
        """Pass the script's lines on to the log file and the caller, and keep the last ones."""
        assert process.stdout is not None
        with log.open("w") as file, process.stdout as lines:
            for line in lines:
                file.write(line)
                file.flush()
                last.append(line.rstrip("\n"))
                self._log(f"[{run}] {last[-1]}")


def _check(job: TrainingJob) -> None:
    if not job.script.is_file():
        raise InvalidInput(f"training script {job.script} does not exist")
    if job.tags.run == "standing":
        raise InvalidInput("a training job needs a run of its own: tags.using(run=...)")
    for name in (*job.channels, *job.hyperparameters):
        if not name.isidentifier():
            raise InvalidInput(f"channel or hyperparameter {name!r}: use letters, digits and _")
    if "seed" in job.hyperparameters:
        raise InvalidInput("the seed is a field of the job, not a hyperparameter")
    for name, source in job.channels.items():
        if not str(source).startswith("s3://") and not Path(source).is_dir():
            raise InvalidInput(f"channel {name!r}: {source} is neither a directory nor s3://bucket/prefix")


def _end_group(process: subprocess.Popen[str]) -> None:
    """End what is left of the script and of the processes it started: politely, then not."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)
        except ProcessLookupError:
            break
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and _alive(process):
            time.sleep(0.02)
    process.wait()


def _alive(process: subprocess.Popen[str]) -> bool:
    process.poll()  # reaps the leader, so that an empty group can be told from a finished one
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    return True


def _read(file: Path) -> str:
    return file.read_text(errors="replace").strip() if file.is_file() else ""
