"""How does the log leave the house so that others can check it without us, and how is that done?

One line of canonical JSON for each entry: what its digest covers, and the digest.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.audit import LogState, Unreadable
from eakte.errors import BadInput, NotFound
from eakte.evidence.heads import walk_for
from eakte.evidence.signing import Head
from eakte.model.audit_entry import Written
from eakte.signed import canonical
from eakte.unit_of_work import UnitOfWork

Begin = Callable[[], AbstractContextManager[UnitOfWork]]

BATCH = 2000
# No entry is longer; a file without line breaks must not fill the memory.
LONGEST_LINE = 1 << 22


def export_log(begin: Begin, target: Path, *, purpose: str) -> int:
    """Write the log into a new file and return how many entries it were.

    That it leaves is written down, and committed, before the first line is.

    Raises:
        BadInput: the file is there already.
        NotFound: its folder is not there.
    """
    with begin() as work:
        require(work, Action.MAINTAIN)
        if target.exists():
            raise BadInput("„%(path)s“ gibt es schon; es wurde nichts überschrieben.", path=target)
        if not target.parent.is_dir():
            raise NotFound("Den Ordner „%(path)s“ gibt es nicht.", path=target.parent)
        noted = audit.note(work, "audit.exported", kind="audit", subject=None, purpose=purpose)
        end = noted.sequence
    partial = target.with_name(f".{target.name}.part")
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            count = _write(begin, stream, end=end)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return count


def check_exported(path: Path, *, heads: Iterable[Head], trusted: Collection[str]) -> LogState:
    """Walk an exported log without any database and compare it with heads.

    Raises:
        NotFound: the file is not there.
    """
    walk = walk_for(heads, trusted)
    try:
        with path.open("rb") as stream:
            entries = _entries(stream)
            while batch := list(islice(entries, BATCH)):
                walk.go(batch)
                walk.nodes.clear()
    except OSError as error:
        raise NotFound("„%(path)s“ ist nicht lesbar.", path=path) from error
    return walk.end()


def _write(begin: Begin, stream: BinaryIO, *, end: int) -> int:
    count, last = 0, None
    while True:
        with begin() as work:
            last, entries = audit.read(work.session, after=last, most=BATCH)
        for entry in entries:
            if isinstance(entry, Written) and entry.sequence > end:
                return count
            stream.write(_line(entry))
            count += 1
        if not entries:
            return count


def _line(entry: Written | Unreadable) -> bytes:
    if isinstance(entry, Unreadable):
        return canonical({"unreadable": entry.place}) + b"\n"
    return canonical(entry.told() | {"digest": entry.digest}) + b"\n"


def _entries(stream: BinaryIO) -> Iterator[Written | Unreadable]:
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        yield _entry(line) or Unreadable(f"Zeile {number}")


def _entry(line: bytes) -> Written | None:
    try:
        told = json.loads(line)
        entry = Written(
            sequence=told["sequence"],
            at=datetime.fromisoformat(told["at"]),
            actor_id=UUID(told["actor"]),
            actor_name=told["name"],
            act=told["act"],
            subject_kind=told["kind"],
            subject_id=UUID(told["subject"]) if told["subject"] else None,
            details=told["details"],
            previous=told["previous"],
            digest=told["digest"],
        )
        # Nothing may stand in a line that the digest does not cover.
        whole = _line(entry) == line
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None
    return entry if whole and type(entry.sequence) is int else None
