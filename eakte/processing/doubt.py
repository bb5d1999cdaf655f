"""When does what a child says against its document prove nothing, and who is asked then?

To the libraries in a child a broken disk looks like a broken document. So what could have been the
machine is tried once more by a child of its own; and where one of the two says that the machine
failed it, nothing is said of the document: the job is tried again later. That can be a lie of a
document that took its child over, so it counts as a failure of the job and comes to an end.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from eakte.errors import Disturbed, machine_faults_named, no_room
from eakte.model.findings import Kind
from eakte.processing.cell import Ending
from eakte.processing.limits import MIB
from eakte.processing.wire import Account

# With less room on the disk than this, a failure is none of the document.
LEAST_ROOM = 32 * MIB
# What a fault of the machine can look like; the rest says what a document is like.
UNSURE = frozenset(
    {
        *("crashed", "ocr-failed", "page-unreadable", "cut-off", "no-reading-copy"),
        *("office-failed", "mail-as-text"),
    }
)
# Who waited that long for a document with such a flaw does not wait as long again for nothing; one
# whose child died is tried again in what is left of its time.
LONG = 30.0
PROBE = b"e-Akte" * 4096

Run = Callable[[float], tuple[Account, Ending]]


def unsure(task: str, account: Account, ending: Ending, *, asked: Sequence[int] = ()) -> bool:
    """Say whether the machine could have been the cause of what a child said."""
    if ending is Ending.CRASHED or account.disturbed:
        return True
    if ending is not Ending.DONE or task == "look":
        # What a look did not see is seen when the document is processed.
        return False
    codes = {one.code for one in account.problems}
    look = account.look
    flawless = look is None or look.problem is None
    return (
        bool(UNSURE & codes)
        # Where the first look had counted the pages, or other children had read them before.
        or ("damaged" in codes and flawless)
        or any(not sheet.readable for sheet in account.sheets)
        or (task == "separate" and not account.sheets and flawless and _has_pages(account))
        or len(account.drawn) < len(asked)
    )


def settled(
    task: str, run: Run, *, seconds: float, asked: Sequence[int] = ()
) -> tuple[Account, Ending]:
    """Have a job done, by a second child where the first leaves a doubt; ``run`` takes seconds.

    Raises:
        Disturbed: a child says that the machine failed it.
        PartUnavailable: the machine fails the parent as well.
    """
    began = time.monotonic()
    first = run(seconds)
    account, ending = first
    if not unsure(task, account, ending, asked=asked):
        return first
    took = time.monotonic() - began
    died = ending is Ending.CRASHED or account.disturbed
    again = first if took > (seconds if died else LONG) else run(seconds - took)
    if not unsure(task, *again, asked=asked) and again[1] is Ending.DONE:
        return again
    if account.disturbed or again[0].disturbed:
        raise Disturbed
    return again if again[1] is Ending.DONE else first


def require_sound(folder: Path) -> None:
    """Raise when the disk is full or broken: what a child said about its document proves nothing.

    Raises:
        PartUnavailable: there is no room left to speak of, or what is written cannot be read.
    """
    with machine_faults_named():
        if shutil.disk_usage(folder).free < LEAST_ROOM:
            raise no_room()
        with tempfile.TemporaryFile(dir=folder, buffering=0) as probe:
            probe.write(PROBE)
            os.fsync(probe.fileno())
            probe.seek(0)
            probe.read()


def _has_pages(account: Account) -> bool:
    return account.look is not None and account.look.kind in {Kind.PDF, Kind.IMAGE}
