"""What does the shut-in child do? It imports everything, waits for its one job, does it, ends."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib.metadata
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import traceback
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from eakte.model.findings import CourtHead, Order, PageText, Part, Rules, Sheet
from eakte.processing import machine
from eakte.processing.distrust import LONGEST_WORD, MOST_WORDS
from eakte.processing.fence import shut_off
from eakte.processing.limits import MIB, Confinement, Limits
from eakte.processing.steps.arranging import arrange
from eakte.processing.steps.document import Made, look, work_through
from eakte.processing.steps.drawing import draw
from eakte.processing.steps.identify import Identity
from eakte.processing.steps.mail.message import Mail
from eakte.processing.steps.redaction import tasks as redaction
from eakte.processing.steps.separating import separate
from eakte.processing.steps.unlocking import unlock
from eakte.processing.wire import (
    LONGEST_HEAD,
    LONGEST_NAME,
    Word,
    written,
)

PARENT_DIES = 1  # PR_SET_PDEATHSIG
LONGEST_JOB = 64 * 1024
LONGEST_PRODUCT = 2048 * MIB
SYSTEM = (
    *("/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/fonts", "/proc", "/dev"),
    *("/etc/libreoffice", "/etc/alternatives", "/var/cache/fontconfig"),
)
OPEN_FILES = 256
MOST_COUNTED = 999_999
PROCESSES = 96
LIBRARIES = ("pikepdf", "pypdfium2", "pillow", "img2pdf", "numpy", "zxing-cpp", "weasyprint")


@dataclass
class Post:
    """Sends what the steps tell to the parent, one line at a time."""

    stream: BinaryIO

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def send(self, word: Word, **values: object) -> None:
        """Send one message."""
        line = written(word, **values)
        with self._lock:
            self.stream.write(line)
            self.stream.flush()

    def look(
        self,
        identity: Identity,
        *,
        pages: int | None,
        code: str | None,
        names: tuple[str, ...] = (),
    ) -> None:
        """Send what the document is."""
        self.send(
            Word.LOOK,
            media_type=identity.media_type,
            kind=identity.kind.value,
            pages=pages,
            code=code,
            refused=identity.refused,
            names=_short(names),
        )

    def progress(self, step: str, done: int, of: int) -> None:
        """Send how far a step has come."""
        self.send(Word.PROGRESS, step=step, done=done, of=of)

    def page(self, page: PageText) -> None:
        """Send the text of a page."""
        self.send(
            Word.PAGE,
            text=page.text,
            source=page.source.value,
            confidence=page.confidence,
            width=page.width_pt,
            height=page.height_pt,
            dpi=page.dpi,
            rotation=page.rotation,
            unsure=page.unsure,
        )

    def sheet(self, sheet: Sheet) -> None:
        """Send what a page of a stack bears."""
        self.send(
            Word.SHEET,
            codes=[[code.kind, code.text] for code in sheet.codes],
            patch_t=sheet.patch_t,
            blank=sheet.blank,
            dpi=sheet.dpi,
            skew=sheet.skew,
            readable=sheet.readable,
            dark=sheet.dark,
            traces=sheet.traces,
        )

    def part(self, part: Part) -> None:
        """Send which pages of a stack belong together."""
        self.send(
            Word.PART,
            pages=list(part.pages),
            opened_by=part.opened_by,
            blanks=list(part.blanks),
        )

    def note(
        self,
        code: str,
        pages: tuple[int, ...] = (),
        *,
        count: int = 1,
        names: tuple[str, ...] = (),
    ) -> None:
        """Send a problem."""
        self.send(
            Word.NOTE,
            code=code,
            pages=list(pages),
            count=min(count, MOST_COUNTED),
            names=_short(names),
        )

    def head(self, mail: Mail) -> None:
        """Send what a message says of itself."""
        self.send(
            Word.HEAD,
            sender=mail.sender[:LONGEST_HEAD],
            recipients=mail.recipients[:LONGEST_HEAD],
            copies=mail.copies[:LONGEST_HEAD],
            subject=mail.subject[:LONGEST_HEAD],
            message_id=mail.message_id[:LONGEST_HEAD],
            sent_at=mail.sent_at.isoformat() if mail.sent_at else None,
            remote=min(mail.found["mail-remote"], MOST_COUNTED),
        )

    def enclosure(
        self,
        name: str,
        identity: Identity,
        *,
        inline: bool,
        title: str = "",
        written_on: date | None = None,
        sender: str = "",
    ) -> None:
        """Send what lies in a message."""
        self.send(
            Word.ENCLOSURE,
            name=name[-LONGEST_NAME:],
            media_type=identity.media_type,
            kind=identity.kind.value,
            inline=inline,
            title=title[:LONGEST_WORD],
            written_on=written_on.isoformat() if written_on else None,
            sender=sender[:LONGEST_WORD],
        )

    def court(self, head: CourtHead) -> None:
        """Send what a message from a court says of itself."""
        told = {
            name: value[:LONGEST_WORD] if isinstance(value, str) else value
            for name, value in vars(head).items()
        }
        lists = {name: _short(getattr(head, name)) for name in ("theirs", "ours", "missing")}
        created = head.created_at.isoformat() if head.created_at else None
        self.send(Word.COURT, **told | lists | {"created_at": created})

    def fault(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Send what went wrong in this program, for its log; the last thing that is said.

        Where it was the machine, the exit code says so too: perhaps nothing can be sent any more.
        """
        failed = machine.is_to_blame(error)
        lines = traceback.format_exception(kind, error, trace)
        try:
            self.send(Word.FAULT, trace="".join(lines)[-4000:], machine=failed)
        except OSError as deaf:
            failed = failed or machine.is_to_blame(deaf)
            raise
        finally:
            if failed:
                os._exit(machine.EXIT_CODE)


@dataclass(frozen=True)
class Job:
    """The one job of this child, as the parent wrote it."""

    task: str
    name: str
    limits: Limits
    rules: Rules
    sheets: tuple[int, ...]
    password: str = field(default="", repr=False)


def _short(words: tuple[str, ...]) -> list[str]:
    return [word[:LONGEST_WORD] for word in words[:MOST_WORDS]]


def main() -> int:
    """Wait for the job, do it, end."""
    die_with_the_parent()
    post = Post(os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)  # whatever a library prints must not look like a message
    sys.excepthook = post.fault
    tools = _tools()
    post.send(Word.READY)
    job = read_job()
    if job is None:
        return 0
    shut_off_all(job.limits.sandbox)
    bound_cost(job.limits)
    folder = Path.cwd()
    made = Made()
    parts = 0
    drawn: list[int] = []
    unlocked = False
    try:
        if job.task == "look":
            look(folder / "original", name=job.name, limits=job.limits, tell=post)
        elif job.task == "separate":
            parts = separate(
                folder / "original",
                name=job.name,
                folder=folder,
                limits=job.limits,
                rules=job.rules,
                tell=post,
            )
        elif job.task == "arrange":
            parts = arrange(folder, limits=job.limits, tell=post)
        elif job.task == "draw":
            drawn = draw(
                folder / "original",
                name=job.name,
                folder=folder,
                limits=job.limits,
                pages=job.sheets,
                tell=post,
            )
        elif job.task == "unlock":
            seen = unlock(
                folder / "original", folder / "unlocked.pdf", password=job.password, tell=post
            )
            unlocked, made = seen is not None, Made(flags=set(seen or ()))
        elif job.task in redaction.TASKS:
            parts = redaction.run(job.task, folder, limits=job.limits, tell=post)
        else:
            made = work_through(
                folder / "original", name=job.name, folder=folder, limits=job.limits, tell=post
            )
    except MemoryError:
        gc.collect()
        post.note("memory")
        made, parts, drawn, unlocked = Made(), 0, [], False
    post.send(
        Word.END,
        flags=sorted(flag.value for flag in made.flags),
        pdf=made.has_pdf,
        previews=made.previews,
        enclosures=made.enclosures,
        parts=parts,
        drawn=drawn,
        unlocked=unlocked,
        tools=tools,
    )
    # All that was made is written and told. To take the libraries down in good order would keep
    # the parent waiting a fifth of a second.
    os._exit(0)


def read_job() -> Job | None:
    """Return the job that the parent gives, None when it has none any more."""
    line = sys.stdin.buffer.readline(LONGEST_JOB)
    if not line:
        return None
    given = json.loads(line)
    return Job(
        task=given["task"],
        name=given["name"],
        limits=Limits(
            ocr_language=given["ocr_language"],
            jobs=given["jobs"],
            sandbox=Confinement(given["sandbox"]),
            memory_mb=given["memory_mb"],
            page_seconds=given["page_seconds"],
            document_seconds=given["document_seconds"],
            max_pages=given["max_pages"],
            max_megapixels=given["max_megapixels"],
        ),
        rules=_rules(given["rules"] or {}),
        sheets=tuple(given["sheets"]),
        password=given["password"],
    )


def _rules(given: dict[str, Any]) -> Rules:
    return Rules(
        separators=tuple(given.get("separators", ())),
        starts=tuple(given.get("starts", ())),
        cover=given.get("cover", ""),
        order=Order(given.get("order", Order.AS_READ)),
    )


def die_with_the_parent() -> None:
    """From here on this process ends when the one that started it does."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PARENT_DIES, signal.SIGKILL, 0, 0, 0)


def shut_off_all(confinement: Confinement = Confinement.LIMITS) -> None:
    """Give up the sight of everything but the system, the interpreter, this code and the job.

    Inside bubblewrap there is a small /tmp besides, which nobody else sees.
    """
    interpreter = [Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parent]
    own = [Path("/tmp")] if confinement is Confinement.BWRAP else []  # noqa: S108  # its own, seen by nobody
    models = os.environ.get("TESSDATA_PREFIX")
    readable = [Path(folder) for folder in (*SYSTEM, *([models] if models else []))]
    shut_off(
        readable=[*readable, *interpreter, Path(__file__).resolve().parent],
        writable=[Path.cwd(), Path("/dev/null"), *own],
    )


def bound_cost(limits: Limits) -> None:
    """From here on this process and those it starts cannot exceed what the office allows."""
    memory = limits.memory_mb * MIB
    processor = round(limits.document_seconds * limits.jobs) + 60
    bounds = [
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, processor),
        (resource.RLIMIT_FSIZE, LONGEST_PRODUCT),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ]
    if limits.sandbox is Confinement.BWRAP:
        # Without a user namespace of its own the limit would count the user's other processes.
        bounds.append((resource.RLIMIT_NPROC, PROCESSES + limits.jobs * 8))
    for kind, bound in bounds:
        _, hard = resource.getrlimit(kind)
        most = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


def _tools() -> str:
    """Names and versions of what makes the products."""
    try:
        said = subprocess.run(
            ["tesseract", "--version"], capture_output=True, text=True, timeout=20, check=False
        )
        recognition = (said.stdout or said.stderr).split("\n", 1)[0].strip()
    except (OSError, subprocess.SubprocessError):
        recognition = "tesseract missing"
    versions = [f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES]
    return ", ".join([recognition, *versions])


if __name__ == "__main__":
    sys.exit(main())
