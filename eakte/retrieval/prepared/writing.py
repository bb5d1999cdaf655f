"""How is a list written, with the rights that its person has while it is written?

Between the transactions lies the time it takes; what comes out is named in a last one. Whoever
loses a right meanwhile gets a list without what it opened, or none.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from tempfile import TemporaryFile
from typing import BinaryIO, cast
from uuid import UUID

from eakte import audit
from eakte.access.acting import fingerprint
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import (
    ChangedMeanwhile,
    NotAllowed,
    NotFound,
    PartUnavailable,
    machine_faults_named,
)
from eakte.model.content import keep_content
from eakte.model.prepared import ListKind, ListState, PreparedList, Refusal
from eakte.retrieval.prepared.ending import destroy_bytes
from eakte.retrieval.prepared.lines import (
    GRANTS,
    HEADINGS,
    Filter,
    count_lines,
    length_of_log,
    lines_after,
    packed,
    still_visible,
)
from eakte.unit_of_work import UnitOfWork
from storage import Stored

Begin = Callable[[], AbstractContextManager[UnitOfWork]]
Show = Callable[[str, int, int], None]

MARK = b"\xef\xbb\xbf"
STEP = "lines"
# A spreadsheet takes a cell that begins like this for something to compute.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass(frozen=True)
class Written:
    """A table whose bytes lie in the store and have no name yet."""

    list_id: UUID
    stored: Stored
    rows: int
    rights: str
    about: bytes
    seen: int


def write_list(begin: Begin, list_id: UUID, *, show: Show) -> Written:
    """Write a list into the store, part by part, each with the rights of its moment.

    Raises:
        NotFound: nobody waits for the list any more.
        NotAllowed: the person may not have it, or has no account any more.
        ChangedMeanwhile: their rights are others than at the beginning; it has to be written anew.
    """
    with begin() as work:
        require(work, Action.MAKE_LIST)
        prepared = _waiting(work, list_id)
        kind, wanted = prepared.kind, Filter.from_told(prepared.asked)
        rights, store = fingerprint(work.actor), work.store
        folder = work.settings.work_folder
        seen = length_of_log(work, kind)
        total = count_lines(work, kind, wanted)
    show(STEP, 0, total)
    ids: list[UUID] = []
    rows, after = 0, None
    with machine_faults_named(), TemporaryFile(dir=folder) as spool:
        stream = cast(BinaryIO, spool)
        stream.write(MARK + _table([HEADINGS[kind]]))
        while True:
            with begin() as work:
                _refuse_other_rights(work, kind, rights)
                lines = lines_after(work, kind, wanted, after=after)
            stream.write(_table(lines.cells))
            ids += lines.about
            rows += len(lines.cells)
            show(STEP, rows, max(rows, total))
            if lines.after is None:
                break
            after = lines.after
        about = packed(ids)
        with begin() as work:
            _refuse_other_rights(work, kind, rights)
            length = length_of_log(work, kind)
            # What was shut since its line was written must not stand in it.
            if not still_visible(work, kind, about, seen=seen):
                raise _changed()
        stream.seek(0)
        stored = store.put(stream)
    return Written(list_id, stored, rows, rights, about, length)


def finish_list(work: UnitOfWork, written: Written) -> None:
    """Name the bytes of a list that was written, and hand it to its person.

    Raises:
        NotFound: nobody waits for it any more.
        NotAllowed: the person may not have it any more.
        ChangedMeanwhile: their rights are others than when it was begun.
        PartUnavailable: a sweep took the bytes a moment before.
    """
    require(work, Action.MAKE_LIST)
    prepared = _waiting(work, written.list_id, lock=True)
    _refuse_other_rights(work, prepared.kind, written.rights)
    now, sha256 = work.clock.now(), str(written.stored.digest)
    keep_content(work.session, sha256, size=written.stored.size, at=now)
    if not work.store.exists(written.stored.digest):
        raise PartUnavailable("Die Liste muss noch einmal geschrieben werden.")
    prepared.state, prepared.written_at = ListState.READY, now
    prepared.ends_at = now + timedelta(hours=work.settings.list_hours)
    prepared.rows, prepared.size = written.rows, written.stored.size
    prepared.rights, prepared.about = written.rights, written.about
    prepared.seen, prepared.sha256 = written.seen, sha256
    work.session.flush()
    audit.note(
        work,
        "list.written",
        kind="list",
        subject=prepared.id,
        about=prepared.kind.value,
        rows=written.rows,
        sha256=sha256,
    )


def discard_list(work: UnitOfWork, written: Written) -> None:
    """Destroy what was written and is not to be kept, unless the same bytes have another name."""
    require(work, Action.MAINTAIN)
    destroy_bytes(work, str(written.stored.digest), size=written.stored.size)


def give_up_list(work: UnitOfWork, list_id: UUID, error: Exception) -> None:
    """Show a list as refused; nothing is kept of it but that it was asked for."""
    require(work, Action.MAINTAIN)
    prepared = work.session.get(PreparedList, list_id, with_for_update=True)
    if prepared is None or prepared.state is not ListState.WAITING:
        return
    prepared.state = ListState.REFUSED
    prepared.refusal = Refusal.RIGHT if isinstance(error, NotAllowed) else Refusal.FAULT
    work.session.flush()
    audit.note(work, "list.refused", kind="list", subject=list_id, reason=prepared.refusal.value)


def harmless(cell: str) -> str:
    """Return a cell as one line of text that no spreadsheet takes for a formula (CWE-1236)."""
    plain = " ".join(cell.splitlines()) if "\n" in cell or "\r" in cell else cell
    dangerous = cell.startswith(FORMULA) or plain.lstrip().startswith(FORMULA)
    return f"'{plain}" if dangerous else plain


def _waiting(work: UnitOfWork, list_id: UUID, *, lock: bool = False) -> PreparedList:
    prepared = work.session.get(PreparedList, list_id, with_for_update=lock or None)
    owned = prepared is not None and prepared.owner_id == work.actor.id
    if prepared is None or not owned or prepared.state is not ListState.WAITING:
        raise NotFound("Auf diese Liste wartet niemand mehr.")
    return prepared


def _refuse_other_rights(work: UnitOfWork, kind: ListKind, rights: str) -> None:
    require(work, Action.MAKE_LIST)
    require(work, GRANTS[kind])
    if fingerprint(work.actor) != rights:
        raise _changed()


def _changed() -> ChangedMeanwhile:
    return ChangedMeanwhile("Die Rechte haben sich geändert, während die Liste entstand.")


def _table(rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode()
