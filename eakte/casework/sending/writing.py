"""How is a package written, with the rights that its person has while it is written?

The long part happens between short transactions, in a folder that is gone afterwards; only when the
whole package stands and holds to schema and rules are its bytes named, in one last transaction. Who
loses a right meanwhile gets nothing.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.casework.sending.desk import folder_in
from eakte.casework.sending.formats import format_of, shipment_of
from eakte.casework.sending.telling import Told, refuse_changed, tell
from eakte.errors import NotAllowed, NotFound, PartUnavailable, RuleBroken, machine_faults_named
from eakte.interchange.format import Leaving
from eakte.model.content import keep_content
from eakte.model.sending import FileKind, Sending, SendingState, SentFile
from eakte.unit_of_work import UnitOfWork
from storage import Digest, Store, Stored

Begin = Callable[[], AbstractContextManager[UnitOfWork]]
Show = Callable[[str, int, int], None]

STEP = "documents"
# So often the rights are asked again while nothing but writing happens.
ASK_SECONDS = 2.0


@dataclass(frozen=True)
class KeptFile:
    """A file of the package whose bytes lie in the store and have no name yet."""

    kind: FileKind
    part: int
    message_id: UUID | None
    name: str
    stored: Stored
    files: int


@dataclass(frozen=True)
class Leaf:
    """What left of one document: under which name, with which digest."""

    name: str
    sha256: str


@dataclass(frozen=True)
class WrittenSending:
    """A package that is whole and lies in the store, without a name."""

    sending_id: UUID
    version: str
    sha256: str
    hints: tuple[str, ...]
    leaves: dict[UUID, Leaf]
    files: tuple[KeptFile, ...]


def write_sending(begin: Begin, sending_id: UUID, *, show: Show) -> WrittenSending:
    """Write a package and put it into the store, as long as its person may have it.

    Raises:
        NotFound: nobody waits for it any more.
        NotAllowed: the person may not have all of it any more.
        PackageRefused: with every reason why there can be no valid package.
        PartUnavailable: the disk is full, or the store does not answer.
    """
    with begin() as work:
        require(work, Action.SEE_LISTS)
        sending = _waiting(work, sending_id)
        told, store = tell(work, sending), work.store
        writer = format_of(work, sending)
        desk = work.settings.work_folder
    asking = _Asking(begin, sending_id)
    fetched = len(told.contents)
    total = fetched + sum(1 for _ in told.dossier.documents())
    show(STEP, 0, total)
    with machine_faults_named(), folder_in(desk) as folder:
        paths = _fetched(store, told, folder, asking=asking, show=lambda n: show(STEP, n, total))

        def heard(done: int) -> None:
            show(STEP, fetched + done, total)
            asking.now_and_then()

        package = writer.write(shipment_of(told, paths), folder / "package", told=heard)
        asking.at_once()
        files = tuple(_stored(store, package.leaving()))
    leaves = {one.document.id: Leaf(one.path.name, one.sha256) for one in package.bound}
    hints = tuple(dict.fromkeys(str(hint) for hint in package.hints))
    return WrittenSending(sending_id, package.version, package.sha256, hints, leaves, files)


def finish_sending(work: UnitOfWork, written: WrittenSending) -> None:
    """Name the bytes of a package that was written; from now on it stays as it is.

    Raises:
        NotFound: nobody waits for it any more.
        NotAllowed: the person may not have it any more.
        RuleBroken: the dossier has changed since it was decided about.
        PartUnavailable: a sweep took the bytes a moment before.
    """
    require(work, Action.SEE_LISTS)
    sending = _waiting(work, written.sending_id, lock=True)
    refuse_changed(work, sending)
    now = work.clock.now()
    for one in written.files:
        keep_content(work.session, str(one.stored.digest), size=one.stored.size, at=now)
        if not work.store.exists(one.stored.digest):
            raise PartUnavailable("Das Paket muss noch einmal geschrieben werden.")
        work.session.add(
            SentFile(
                sending_id=sending.id,
                kind=one.kind,
                part=one.part,
                message_id=one.message_id,
                name=one.name,
                sha256=str(one.stored.digest),
                size=one.stored.size,
                files=one.files,
            )
        )
    for row in sending.decided:
        leaf = written.leaves.get(row.document_id or row.sheet_id or row.id)
        if leaf is not None:
            row.name, row.sent_sha256 = leaf.name, leaf.sha256
    sending.state, sending.written_at = SendingState.READY, now
    sending.version, sending.sha256 = written.version, written.sha256
    sending.hints = list(written.hints)
    work.session.flush()
    audit.note(
        work,
        sending.logged("written"),
        kind="dossier",
        subject=sending.dossier_id,
        sending=str(sending.id),
        court=sending.court_name,
        recipient=sending.recipient,
        documents=sending.documents,
        pages=sending.pages,
        version=sending.version,
        sha256=sending.sha256,
    )


def give_up_sending(work: UnitOfWork, sending_id: UUID, error: Exception) -> None:
    """Show a package as refused, with every reason; nothing was written."""
    require(work, Action.MAINTAIN)
    sending = work.session.get(Sending, sending_id, with_for_update=True)
    if sending is None or sending.state is not SendingState.WAITING:
        return
    sending.state = SendingState.REFUSED
    if isinstance(error, RuleBroken):
        # What to do is told where it is more than to mend the reasons: a carrier for what is large.
        more = [error.next_step] if error.next_step != RuleBroken.next_step else []
        sending.reasons = [*(str(reason) for reason in error.reasons), *more]
    elif isinstance(error, NotAllowed | NotFound):
        sending.reasons = ["Wer es verlangt hat, durfte es nicht mehr, als es an der Reihe war."]
    else:
        sending.reasons = ["Das Paket konnte nicht geschrieben werden."]
    work.session.flush()
    audit.note(
        work,
        sending.logged("refused"),
        kind="dossier",
        subject=sending.dossier_id,
        sending=str(sending.id),
        reason="right" if isinstance(error, NotAllowed | NotFound) else "fault",
    )


class _Asking:
    """Asks whether the package may still be written, before bytes leave for it."""

    def __init__(self, begin: Begin, sending_id: UUID) -> None:
        self._begin, self._sending_id = begin, sending_id
        self._asked = time.monotonic()

    def now_and_then(self) -> None:
        """Ask if it is long ago."""
        if time.monotonic() - self._asked >= ASK_SECONDS:
            self.at_once()

    def at_once(self) -> None:
        """Ask.

        Raises:
            NotFound: nobody waits for it any more.
            NotAllowed: the person may not have all of it any more.
            RuleBroken: the dossier has changed since it was decided about.
        """
        with self._begin() as work:
            refuse_changed(work, _waiting(work, self._sending_id))
        self._asked = time.monotonic()


def _waiting(work: UnitOfWork, sending_id: UUID, *, lock: bool = False) -> Sending:
    sending = work.session.get(Sending, sending_id, with_for_update=lock or None)
    mine = sending is not None and sending.asked_by_id == work.actor.id
    if sending is None or not mine or sending.state is not SendingState.WAITING:
        raise NotFound("Auf dieses Paket wartet niemand mehr.")
    return sending


def _fetched(
    store: Store, told: Told, folder: Path, *, asking: _Asking, show: Callable[[int], None]
) -> dict[UUID, Path]:
    """Copy the contents out of the store, which compares each with its digest on the way."""
    inside = folder / "contents"
    inside.mkdir()
    paths = {}
    for number, (document_id, sha256) in enumerate(told.contents.items(), start=1):
        asking.now_and_then()
        path = inside / f"{number:05}.pdf"
        with store.open(Digest(sha256)) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, 1024 * 1024)
        paths[document_id] = path
        show(number)
    return paths


def _stored(store: Store, leaving: Iterable[Leaving]) -> Iterator[KeptFile]:
    """Put everything that can be fetched into the store, one after the other."""
    for one in leaving:
        stored = _put(store, one.path)
        kind = FileKind(one.kind.value)
        yield KeptFile(kind, one.part, one.message_id, one.name, stored, one.files)


def _put(store: Store, path: Path) -> Stored:
    with path.open("rb") as stream:
        return store.put(stream)
