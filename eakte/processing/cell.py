"""What does the parent do with one child: give it its job, listen, watch, end it, take products?"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from dataclasses import asdict
from enum import Enum
from pathlib import Path

from eakte.errors import PartUnavailable
from eakte.processing import cage, machine
from eakte.processing.distrust import Distrusted
from eakte.processing.limits import MIB, Confinement, Limits
from eakte.processing.orders import Order, ShowProgress
from eakte.processing.wire import (
    LONGEST_LINE,
    LONGEST_TALK,
    Account,
)

TICK = 0.25
CHUNK = 256 * 1024
SAID_LAST = 4096
GRACE = 5.0
SILENT_PAGES = 3
SILENT_SECONDS = 30.0
SECONDS_A_PAGE_BOUND = 0.5
LEAST_FOLDER = 1024 * MIB
FOLDER_FACTOR = 40
LARGEST_PDF, LARGEST_PREVIEW = 2048 * MIB, 4 * MIB
PAGE = os.sysconf("SC_PAGE_SIZE")
PDF_START, WEBP_START = b"%PDF-", b"RIFF"


class Ending(Enum):
    """How a job ended; the value is the code of the problem that it is."""

    DONE = ""
    CRASHED = "crashed"
    TIMEOUT = "timeout"
    MEMORY = "memory"

    @property
    def code(self) -> str:
        """The problem that this ending is."""
        return self.value or Ending.CRASHED.value


class Cell:
    """One child process and its folder; it takes one job."""

    def __init__(
        self, folder: Path, confinement: Confinement, limits: Limits, program: str = "child"
    ) -> None:
        self.folder = folder
        self._confinement = confinement
        self._limits = limits
        self._account = Account()
        self._said = b""
        try:
            self._process = subprocess.Popen(
                cage.command(confinement, folder, program),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=cage.environment(confinement, folder),
                cwd=folder,
                start_new_session=True,
            )
        except OSError as error:
            raise PartUnavailable(
                "Die abgeschottete Verarbeitung lässt sich nicht starten (%(reason)s).",
                reason=error.strerror,
            ) from error
        self._heard = self._lines()

    @property
    def alive(self) -> bool:
        """Whether the child still runs."""
        return self._process.poll() is None

    def run(self, order: Order, *, seconds: float) -> tuple[Account, Ending]:
        """Give the job, listen until it ends or must be ended; the child is dead afterwards.

        Raises:
            PartUnavailable: the child never became ready for a job.
        """
        self._account.wanted_parts = len(order.wanted.parts) if order.wanted else 0
        try:
            self._await_ready()
            self._give(order)
            ending = self._listen(order.progress, deadline=time.monotonic() + seconds)
        finally:
            self.kill()
        if ending is Ending.CRASHED and self._said and not self._account.fault:
            self._account.fault = self._said.decode("utf-8", "replace")
        return self._account, ending

    def kill(self) -> None:
        """End the child and everything it started."""
        if self._account.ended:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def remove(self) -> None:
        """End the child and remove its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def take(self, into: Path) -> None:
        """Move the products into a folder, after looking at each; the child is dead by now.

        Raises:
            Distrusted: a product is missing or is not what it should be.
        """
        if self._account.has_pdf:
            self._take_one("searchable.pdf", into, start=PDF_START, largest=LARGEST_PDF)
        if self._account.unlocked:
            self._take_one("unlocked.pdf", into, start=PDF_START, largest=LARGEST_PDF)
        for number in range(1, self._account.previews + 1):
            name = f"preview-{number:05d}.webp"
            self._take_one(name, into, start=WEBP_START, largest=LARGEST_PREVIEW)
        for number in range(1, self._account.written_enclosures + 1):
            self._take_one(f"enclosure-{number:05d}", into, start=b"", largest=LARGEST_PDF)
        for number in range(1, self._account.written_parts + 1):
            self._take_one(f"part-{number:05d}.pdf", into, start=PDF_START, largest=LARGEST_PDF)
        for number in self._account.drawn:
            name = f"sheet-{number:05d}.webp"
            self._take_one(name, into, start=WEBP_START, largest=LARGEST_PREVIEW)

    def _take_one(self, name: str, into: Path, *, start: bytes, largest: int) -> None:
        source = self.folder / name
        try:
            handle = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            machine.must_not_be_to_blame(error)
            raise Distrusted(f"{name} is missing") from error
        try:
            facts = os.fstat(handle)
            if not stat.S_ISREG(facts.st_mode) or facts.st_nlink != 1 or facts.st_size > largest:
                raise Distrusted(f"{name} is no plain content")
            if os.read(handle, len(start)) != start:
                raise Distrusted(f"{name} is something else")
        finally:
            os.close(handle)
        target = into / name
        shutil.move(source, target)
        target.chmod(0o600)

    def _await_ready(self) -> None:
        deadline = time.monotonic() + cage.PROBE_SECONDS * 4
        try:
            while not self._account.ready and time.monotonic() < deadline:
                line = next(self._heard)
                if line is not None:
                    self._account.hear(line)
        except (StopIteration, Distrusted):
            pass
        if not self._account.ready:
            self.kill()
            raise PartUnavailable(
                "Die abgeschottete Verarbeitung startet nicht: %(reason)s",
                reason=self._said.decode("utf-8", "replace").strip()[-300:] or "keine Antwort",
            )

    def _give(self, order: Order) -> None:
        limits = self._limits
        job = {
            "task": order.task,
            "name": order.name[-200:],
            "ocr_language": limits.ocr_language,
            "jobs": limits.jobs,
            "sandbox": self._confinement.value,
            "memory_mb": limits.memory_mb,
            "page_seconds": limits.page_seconds,
            "document_seconds": limits.document_seconds,
            "max_pages": limits.max_pages,
            "max_megapixels": limits.max_megapixels,
            "rules": asdict(order.rules) if order.rules else None,
            "sheets": list(order.sheets),
            "password": order.password,
        }
        pipe = self._process.stdin
        if pipe is None:
            return
        with contextlib.suppress(BrokenPipeError):
            pipe.write(json.dumps(job).encode() + b"\n")
            pipe.flush()

    def _listen(self, show: ShowProgress, *, deadline: float) -> Ending:
        silence = SILENT_PAGES * self._limits.page_seconds + SILENT_SECONDS
        patience = time.monotonic() + silence
        try:
            for line in self._heard:
                now = time.monotonic()
                if line is None:
                    if now > min(deadline, patience):
                        return Ending.TIMEOUT
                    if self._is_too_large():
                        return Ending.MEMORY
                    continue
                progress = self._account.hear(line)
                if self._account.ended:
                    return Ending.DONE
                if now > deadline:
                    return Ending.TIMEOUT
                patience = now + silence
                if progress is not None:
                    if progress.step == "assemble":
                        patience += SECONDS_A_PAGE_BOUND * progress.of
                    show(progress.step, progress.done, progress.of)
        except Distrusted as error:
            self._account.fault = f"child distrusted: {error}"
            return Ending.CRASHED
        return self._why_it_died()

    def _why_it_died(self) -> Ending:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE)
        status = self._process.returncode
        if status == machine.EXIT_CODE:
            self._account.disturbed = True
        if status in (-signal.SIGXCPU, 128 + signal.SIGXCPU):
            return Ending.TIMEOUT
        return Ending.CRASHED

    def _lines(self) -> Iterator[bytes | None]:
        """The child's lines; None at least every TICK seconds; ends when the child has ended.

        Raises:
            Distrusted: a line or the whole talk is longer than any honest one.
        """
        out, err = self._process.stdout, self._process.stderr
        if out is None or err is None:
            return
        waiting = bytearray()
        total = 0
        with selectors.DefaultSelector() as selector:
            selector.register(out, selectors.EVENT_READ)
            selector.register(err, selectors.EVENT_READ)
            ticked = time.monotonic()
            while True:
                for key, _ in selector.select(TICK):
                    chunk = os.read(key.fd, CHUNK)
                    if key.fd == err.fileno():
                        self._said = (self._said + chunk)[-SAID_LAST:]
                        if not chunk:
                            selector.unregister(err)
                        continue
                    if not chunk:
                        return
                    total += len(chunk)
                    waiting += chunk
                    while (end := waiting.find(b"\n")) >= 0:
                        line = bytes(waiting[:end])
                        del waiting[: end + 1]
                        yield line
                    if len(waiting) > LONGEST_LINE or total > LONGEST_TALK:
                        raise Distrusted("too much talk")
                if time.monotonic() - ticked >= TICK:
                    ticked = time.monotonic()
                    yield None

    def _is_too_large(self) -> bool:
        """Whether the child and its helpers together hold more memory or disk than allowed."""
        if memory_of(self._process.pid) > self._limits.tree_bytes:
            return True
        sizes = {entry.name: _size(entry) for entry in os.scandir(self.folder)}
        allowed = max(LEAST_FOLDER, FOLDER_FACTOR * sizes.get("original", 0))
        return sum(sizes.values()) > allowed


def memory_of(pid: int) -> int:
    """The resident memory of a process and all its descendants in bytes."""
    total = 0
    waiting = [pid]
    while waiting:
        one = Path("/proc") / str(waiting.pop())
        try:
            total += int((one / "statm").read_text().split()[1]) * PAGE
            for task in (one / "task").iterdir():
                waiting += [int(child) for child in (task / "children").read_text().split()]
        except (OSError, ValueError, IndexError):
            continue
    return total


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except OSError:
        return 0
