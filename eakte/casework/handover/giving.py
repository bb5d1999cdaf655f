"""How does a package get into the outbox of the mailbox program, in the name of whoever wants it?

It is asked for, the worker lays it there, and only then it is written down as handed over. What has
appeared in the outbox has left the house: it is never taken back and never laid there twice.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import select

from eakte import jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.casework.sending.handing_over import hold_sending, needs_release, note_way
from eakte.casework.sending.objections import objected_since
from eakte.clock import OFFICE_ZONE
from eakte.errors import NotAllowed, NotFound, RuleBroken, Sentence
from eakte.interchange.outbox import OutboxFault, is_out, lay, only_one, sweep
from eakte.model.sending import FileKind, Sending, SendingKind, SendingState, SentFile
from eakte.unit_of_work import UnitOfWork
from storage import Digest, Store

Begin = Callable[[], AbstractContextManager[UnitOfWork]]
Show = Callable[[str, int, int], None]

HAND_OVER_SENDING = "hand-over-sending"
STEP = "files"
FOLDER = "folder"
LONGEST_FAULT = 500
CHUNK = 1024 * 1024
PACKED = ".paket"
OUTBOX = Sentence("Der Ausgangsordner des Gerichtspostfachs")


@dataclass(frozen=True)
class Message:
    """One message as it is kept: a ZIP in the store."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Laid:
    """A package that has appeared in the outbox."""

    sending_id: UUID


def ask_for_hand_over(work: UnitOfWork, sending: Sending) -> Sending:
    """Have a package laid into the outbox of the mailbox program; asked again after a fault.

    Raises:
        NeedsConfirmation: the actor has not just proved again who they are.
        RuleBroken: with every reason why it cannot go.
    """
    require(work, Action.HAND_OVER_SENDING, sending)
    hold_sending(work, sending)
    reasons = list(_against(work, sending))
    if sending.outbox_asked_at is not None and not sending.outbox_fault:
        reasons.append(Sentence("Das Paket wird schon übergeben."))
    if reasons:
        raise RuleBroken("Das Paket kann nicht übergeben werden.", reasons=reasons)
    sending.outbox_asked_at, sending.outbox_fault = work.clock.now(), ""
    sending.outbox_asked_by_id, sending.outbox_asked_by = work.actor.id, work.actor.name
    work.session.flush()
    note_way(work, sending, "sending.outbox-asked")
    jobs.forget(work, HAND_OVER_SENDING, sending.id)
    jobs.enqueue(work, HAND_OVER_SENDING, sending.id, on_behalf=True)
    return sending


def give_sending(begin: Begin, sending_id: UUID, *, show: Show) -> Laid:
    """Lay a package into the outbox, as long as its person may do that.

    Raises:
        NotFound: nobody waits for it any more.
        NotAllowed: the person may not see all of the dossier any more.
        RuleBroken: with every reason why it cannot go by now.
        OutboxFault: the folder does not take it; nothing of it is visible.
        PartUnavailable: the store does not answer, or something else is just laid there.
    """
    with begin() as work:
        require(work, Action.SEE_LISTS)
        sending = _wanted(work, sending_id)
        folder, store = _outbox(work), work.store
        messages = [Message(one.name, one.sha256) for one in _messages(work, sending)]
        form, stem = work.settings.court_outbox_form, _stem(sending)
    whole = form == FOLDER or len(messages) > 1
    name = stem if whole else f"{stem}.zip"

    def still() -> None:
        with begin() as work:
            _wanted(work, sending_id)

    write = partial(_written, store, messages, as_folder=form == FOLDER, show=show)
    with only_one(folder, called=OUTBOX):
        sweep(folder, partial(_is_handed_over, begin), called=OUTBOX)
        lay(folder, name, write, before=still, called=OUTBOX)
    return Laid(sending_id)


def finish_giving(work: UnitOfWork, laid: Laid) -> None:
    """Write down that a package has been handed over; whatever was taken away since, it was."""
    require(work, Action.SEE_LISTS)
    sending = work.session.get(Sending, laid.sending_id)
    if sending is None:
        raise NotFound("Auf dieses Paket wartet niemand mehr.")
    _record(work, sending)


def leave_given(work: UnitOfWork, laid: Laid) -> None:
    """Let a package lie in the outbox that could not be written down yet: it is when it can be."""
    require(work, Action.MAINTAIN)


def give_up_giving(work: UnitOfWork, sending_id: UUID, error: Exception) -> None:
    """Say why a package is not in the outbox; one that is there all the same is written down."""
    require(work, Action.MAINTAIN)
    sending = work.session.get(Sending, sending_id)
    if sending is None:
        return
    folder, stem = work.settings.court_outbox, _stem(sending)
    if folder is not None and any(is_out(folder, name) for name in (stem, f"{stem}.zip")):
        _record(work, sending)
        return
    hold_sending(work, sending)
    if sending.handed_over_at is not None:
        return
    if isinstance(error, RuleBroken):
        said = " ".join(str(reason) for reason in error.reasons)
    elif isinstance(error, NotAllowed | NotFound):
        said = "Wer es verlangt hat, durfte es nicht mehr, als es an der Reihe war."
    elif isinstance(error, OutboxFault):
        said = error.message
    else:
        said = "Das Paket konnte nicht in den Ausgangsordner gelegt werden."
    sending.outbox_fault = said[:LONGEST_FAULT]
    work.session.flush()
    note_way(work, sending, "sending.not-handed-over", reason=sending.outbox_fault)


def _against(work: UnitOfWork, sending: Sending) -> Iterator[Sentence]:
    if sending.state is not SendingState.READY:
        yield Sentence("Es gibt noch kein Paket, das übergeben werden könnte.")
    if sending.handed_over_on is not None:
        yield Sentence("Das Paket ist schon übergeben.")
    if needs_release(work, sending):
        yield Sentence("Das Paket ist noch nicht von einer zweiten Person freigegeben.")
    if sending.kind is not SendingKind.COURT:
        yield Sentence("Das Paket geht an kein Gericht.")
    if sending.carrier:
        yield Sentence("Das Paket geht auf einem Datenträger; für eine Nachricht ist es zu groß.")
    yield from objected_since(work, sending)
    if work.settings.court_outbox is None:
        yield Sentence("Es ist kein Ausgangsordner eingerichtet (EAKTE_COURT_OUTBOX).")


def _wanted(work: UnitOfWork, sending_id: UUID) -> Sending:
    """The package, if its person still wants it and it may still go."""
    sending = work.session.get(Sending, sending_id)
    if sending is None or sending.outbox_asked_by_id != work.actor.id or sending.outbox_fault:
        raise NotFound("Auf dieses Paket wartet niemand mehr.")
    require(work, Action.SEE_SENDINGS, sending.dossier)
    reasons = list(_against(work, sending))
    if reasons:
        raise RuleBroken("Das Paket kann nicht übergeben werden.", reasons=reasons)
    return sending


def _outbox(work: UnitOfWork) -> Path:
    if work.settings.court_outbox is None:
        raise NotFound("Es ist kein Ausgangsordner eingerichtet (EAKTE_COURT_OUTBOX).")
    return work.settings.court_outbox


def _messages(work: UnitOfWork, sending: Sending) -> Sequence[SentFile]:
    of = select(SentFile).where(
        SentFile.sending_id == sending.id, SentFile.kind == FileKind.MESSAGE
    )
    return work.session.scalars(of.order_by(SentFile.part)).all()


def _is_handed_over(begin: Begin, name: str) -> bool:
    try:
        sending_id = UUID(name.removesuffix(".zip")[-36:])
    except ValueError:
        return False
    with begin() as work:
        sending = work.session.get(Sending, sending_id)
        return sending is not None and sending.handed_over_at is not None


def _record(work: UnitOfWork, sending: Sending) -> None:
    hold_sending(work, sending)
    if sending.handed_over_at is not None:
        return
    now = work.clock.now()
    sending.handed_over_at, sending.outbox_fault = now, ""
    if sending.handed_over_on is None:
        sending.handed_over_on = now.astimezone(OFFICE_ZONE).date()
        sending.handed_over_by = sending.outbox_asked_by
    work.session.flush()
    note_way(work, sending, "sending.handed-over", asked_by=sending.outbox_asked_by)


def _stem(sending: Sending) -> str:
    """How a package is called in the outbox; the id at its end makes it the only one."""
    plain = (sign if sign.isalnum() else "-" for sign in sending.dossier.reference)
    return f"Akte-{''.join(plain).strip('-')[:60]}_{sending.id}"


def _written(
    store: Store, messages: Sequence[Message], target: Path, *, as_folder: bool, show: Show
) -> None:
    """Write one message as a ZIP or a folder, several into one folder that shows them together."""
    if len(messages) > 1:
        target.mkdir()
    for number, one in enumerate(messages, start=1):
        place = target
        if len(messages) > 1:
            place = target / (f"teil-{number}" if as_folder else one.name)
        # The store compares what it gives with its digest on the way.
        with store.open(Digest(one.sha256)) as source:
            if as_folder:
                _unpacked(source, place)
            else:
                with place.open("wb") as output:
                    shutil.copyfileobj(source, output, CHUNK)
        show(STEP, number, len(messages))


def _unpacked(source: BinaryIO, place: Path) -> None:
    """Write a message as a flat folder; what it was packed in is gone afterwards."""
    place.mkdir()
    packed = place / PACKED
    with packed.open("wb") as output:
        shutil.copyfileobj(source, output, CHUNK)
    with zipfile.ZipFile(packed) as kept:
        for one in kept.infolist():
            with kept.open(one) as stored, (place / Path(one.filename).name).open("wb") as output:
                shutil.copyfileobj(stored, output, CHUNK)
    packed.unlink()
