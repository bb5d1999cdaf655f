"""How does somebody decide what of a dossier leaves, for whom, and have it put together?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from eakte import audit, jobs
from eakte.access import reach
from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.casework.sending.recipients import NOBODY, To, against_recipient
from eakte.casework.sending.selecting import Candidate, candidates
from eakte.casework.sending.versions import against_versions
from eakte.errors import RuleBroken, Sentence
from eakte.interchange.package import Occasion
from eakte.interchange.xjustiz import codes
from eakte.interchange.xjustiz.codes import CodeLists
from eakte.interchange.xjustiz.writing_package import Standards
from eakte.model.dossier import Dossier
from eakte.model.sending import Decision, Sending, SendingKind, SentDocument
from eakte.unit_of_work import UnitOfWork

WRITE_SENDING = "write-sending"
SHORTEST_REASON = 10
OCCASIONS = (Occasion.SENDING, Occasion.SIDE_FILE, Occasion.INSPECTION)
LEGAL_GROUND = "§ 104 SGG, § 69 Abs. 1 SGB X"
# What somebody does who has a dossier put together.
ASKING = {
    SendingKind.COURT: Action.SEND_DOSSIER,
    SendingKind.INSPECTION: Action.GRANT_INSPECTION,
    SendingKind.AUTHORITY: Action.HAND_DOSSIER_ON,
}


@dataclass(frozen=True)
class Choice:
    """What was decided about one document, and why; ``redacted``: its redacted copy goes."""

    decision: Decision
    reason: str = ""
    redacted: bool = False


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to send: to whom, on what occasion, and what of the dossier.

    ``court`` is for courts, ``to`` for everybody else. ``choices`` by the id of the document; about
    what they do not name nothing was decided, unless there is an ``otherwise``. ``access_reason``
    is needed where the dossier is locked or about staff. ``carrier``: it goes on a disk, because it
    is too large for messages (§ 3 ERVV).
    """

    court: str = ""
    court_reference: str = ""
    opens_proceedings: bool = False
    occasion: Occasion = Occasion.SENDING
    legal_ground: str = LEGAL_GROUND
    short_title: str = ""
    about: str = ""
    access_reason: str = ""
    carrier: bool = False
    choices: Mapping[UUID, Choice] = field(default_factory=dict)
    otherwise: Choice | None = None
    kind: SendingKind = SendingKind.COURT
    to: To = NOBODY
    with_versions: bool = False


@dataclass(frozen=True)
class Placed:
    """A place with what was decided about it; folios are 0 where nothing of it leaves."""

    candidate: Candidate
    choice: Choice
    first_folio: int = 0
    last_folio: int = 0

    @property
    def sends_redacted(self) -> bool:
        """Whether the redacted copy goes in the document's stead."""
        return self.choice.redacted and self.choice.decision is Decision.SEND

    @property
    def sha256(self) -> str:
        """The content that goes, empty where none does."""
        if self.choice.decision is not Decision.SEND:
            return ""
        return self.candidate.redacted if self.choice.redacted else self.candidate.sha256


def standards_of(work: UnitOfWork) -> Standards:
    """Return lists and schemas as the office has them."""
    require(work, Action.SEE_LISTS)
    return Standards.from_folder(schemas_of(work) / "xjustiz")


def courts_of(work: UnitOfWork, words: str = "") -> Sequence[tuple[str, str]]:
    """Return the courts of the official list, code and name; none where the office has no list."""
    require(work, Action.SEE_LISTS)
    return CodeLists(schemas_of(work) / "xjustiz" / "codelists").courts(words)


def schemas_of(work: UnitOfWork) -> Path:
    """Return the folder of the official lists and schemas."""
    require(work, Action.SEE_LISTS)
    return work.settings.schemas or work.settings.folder / "schemas"


def placed(found: Sequence[Candidate], wanted: Wanted) -> list[Placed]:
    """Return every place with what becomes of it, and with the folios that it will have.

    A draft stays here, and a sheet that stands in the dossier goes as it stands.
    """
    made, last = [], 0
    for one in found:
        choice = wanted.choices.get(one.key, wanted.otherwise or Choice(Decision.SEND))
        if one.sheet is not None:
            choice = Choice(Decision.WITHHOLD, one.sheet.reason)
        elif one.draft:
            choice = Choice(Decision.LEAVE_OUT, str(one.against[0]))
        if choice.decision is Decision.LEAVE_OUT:
            made.append(Placed(one, choice))
            continue
        pages = one.pages if choice.decision is Decision.SEND else 1
        made.append(Placed(one, choice, last + 1, last + pages))
        last += pages
    return made


def refuse(work: UnitOfWork, dossier: Dossier, wanted: Wanted) -> list[Placed]:
    """Return what would leave, page by page, if nothing stands against it.

    Raises:
        RuleBroken: with every reason.
    """
    require(work, Action.SEE_SENDINGS, dossier)
    places = placed(candidates(work, dossier, wanted.kind), wanted)
    reasons = [
        *_against_frame(work, dossier, wanted),
        *_against_places(work, dossier, places, wanted=wanted),
    ]
    if wanted.with_versions:
        sent = [one.candidate for one in places if one.choice.decision is Decision.SEND]
        reasons += against_versions(work, dossier, sent)
    if reasons:
        raise RuleBroken("Die Akte kann so nicht übersandt werden.", reasons=reasons)
    return places


def ask_for_sending(work: UnitOfWork, dossier: Dossier, wanted: Wanted) -> Sending:
    """Promise a package; it is written with the rights the actor has by then.

    Law: to courts § 104 SGG, §§ 69, 76 SGB X, BehAktÜbV § 2; for who inspects the dossier § 25
    SGB X, Art. 15 DSGVO, § 120 SGG; to an authority that takes it on § 69 Abs. 1 SGB X.

    Raises:
        NeedsConfirmation: the actor has not just proved again who they are.
        RuleBroken: with every reason that stands against it.
    """
    require(work, ASKING[wanted.kind], dossier)
    places = refuse(work, dossier, wanted)
    # What is withheld still has its sheet: only what has none makes it a selection.
    chosen = [one for one in places if not one.candidate.draft]
    whole = reach.whole(work.actor, dossier) and all(
        one.first_folio and not one.choice.redacted for one in chosen
    )
    court = ""
    if wanted.kind is SendingKind.COURT:
        court = standards_of(work).lists.meaning(codes.COURTS, wanted.court)[:300]
    sending = Sending(
        kind=wanted.kind,
        recipient=wanted.to.name,
        recipient_address=wanted.to.address,
        recipient_role=wanted.to.role,
        mandate=wanted.to.mandate,
        with_versions=wanted.with_versions,
        dossier_id=dossier.id,
        asked_by_id=work.actor.id,
        asked_by=work.actor.name,
        asked_at=work.clock.now(),
        court=wanted.court,
        court_name=court,
        court_reference=wanted.court_reference,
        opens_proceedings=wanted.opens_proceedings,
        occasion=wanted.occasion.value,
        legal_ground=wanted.legal_ground,
        short_title=wanted.short_title,
        about=wanted.about,
        access_reason=wanted.access_reason,
        carrier=wanted.carrier,
        whole=whole,
        documents=sum(1 for one in places if one.first_folio),
        pages=max((one.last_folio for one in places), default=0),
    )
    work.session.add(sending)
    work.session.flush()
    work.session.add_all(_row(sending, number, one) for number, one in enumerate(places, start=1))
    work.session.flush()
    counted = {
        decision: sum(1 for one in places if one.choice.decision is decision)
        for decision in Decision
    }
    audit.note(
        work,
        sending.logged("asked"),
        kind="dossier",
        subject=dossier.id,
        sending=str(sending.id),
        court=sending.court_name,
        recipient=sending.recipient,
        basis=sending.legal_ground,
        documents=counted[Decision.SEND],
        withheld=counted[Decision.WITHHOLD] + counted[Decision.MEDIATE],
        left_out=counted[Decision.LEAVE_OUT],
        redacted=sum(1 for one in places if one.sends_redacted),
        reason=sending.access_reason,
    )
    _note_overridden(work, sending, places)
    jobs.enqueue(work, WRITE_SENDING, sending.id, on_behalf=True)
    return sending


def _note_overridden(work: UnitOfWork, sending: Sending, places: Sequence[Placed]) -> None:
    """Write down at each document what did not stop it, who decided that, and why."""
    for one in places:
        document = one.candidate.document
        if document is None or one.choice.decision is not Decision.SEND or not one.candidate.stops:
            continue
        for action in dict.fromkeys(stop.action for stop in one.candidate.stops):
            require(work, action, sending.dossier)
        audit.note(
            work,
            "sending.stop-overridden",
            kind="document",
            subject=document.id,
            sending=str(sending.id),
            what=[str(reason) for reason in one.candidate.asks],
            reason=one.choice.reason,
        )


def _row(sending: Sending, number: int, one: Placed) -> SentDocument:
    of = one.candidate
    return SentDocument(
        sending_id=sending.id,
        place=number,
        case_id=of.case.id,
        document_id=of.document.id if of.document else None,
        sheet_id=of.sheet.id if of.sheet else None,
        title=of.title,
        decision=one.choice.decision,
        redacted=one.sends_redacted,
        reason=one.choice.reason,
        version=of.version,
        sha256=one.sha256,
        pages=of.pages,
        first_folio=one.first_folio,
        last_folio=one.last_folio,
    )


def _against_frame(work: UnitOfWork, dossier: Dossier, wanted: Wanted) -> Iterator[Sentence]:
    if wanted.kind is not SendingKind.COURT:
        yield from against_recipient(wanted.kind, wanted.to, wanted.legal_ground)
    elif not wanted.court:
        yield Sentence("Bitte wählen Sie das Gericht.")
    else:
        fault = standards_of(work).lists.check(codes.COURTS, wanted.court).fault
        if fault is not None:
            yield fault
    if not wanted.legal_ground:
        yield Sentence("Bitte nennen Sie die Rechtsgrundlage der Übermittlung (§ 67b SGB X).")
    if (dossier.locked or dossier.staff) and len(wanted.access_reason) < SHORTEST_REASON:
        yield Sentence(
            "Die Akte ist gesperrt oder eine Personalakte: Bitte begründen Sie, warum sie trotzdem "
            "das Haus verlässt."
        )


def _against_places(
    work: UnitOfWork, dossier: Dossier, places: Sequence[Placed], *, wanted: Wanted
) -> Iterator[Sentence]:
    if not any(one.choice.decision is Decision.SEND for one in places):
        yield Sentence("Es ist kein Dokument ausgewählt.")
    for one in places:
        of, choice = one.candidate, one.choice
        if of.sheet is not None or of.draft:
            continue
        if wanted.otherwise is None and of.key not in wanted.choices:
            # Filed after the choice was made: it must not leave unseen.
            yield Sentence("„%(title)s“: Darüber wurde noch nicht entschieden.", title=of.title)
            continue
        told = len(choice.reason) >= SHORTEST_REASON
        if choice.decision is Decision.MEDIATE and not _may_be_mediated(of, wanted.kind):
            yield Sentence(
                "„%(title)s“: Durch eine Ärztin oder einen Arzt vermittelt wird nur Ärztliches, "
                "und nur, wer Einsicht nimmt, erfährt es so (§ 25 Abs. 2 SGB X).",
                title=of.title,
            )
        if choice.decision is Decision.SEND:
            if one.sends_redacted and not of.redacted:
                yield Sentence(
                    "„%(title)s“: Es gibt keine freigegebene geschwärzte Fassung.", title=of.title
                )
            for reason in of.against:
                yield Sentence("„%(title)s“: %(reason)s", title=of.title, reason=reason)
            for stop in of.stops:
                if not may(work.actor, stop.action, dossier):
                    yield Sentence(
                        "„%(title)s“: %(reason)s Darüber kann nur die Leitung hinweggehen.",
                        title=of.title,
                        reason=stop.sentence,
                    )
                elif not told:
                    yield Sentence(
                        "„%(title)s“: %(reason)s Bitte begründen Sie, warum es mitgeht.",
                        title=of.title,
                        reason=stop.sentence,
                    )
        elif not told:
            yield Sentence(
                "„%(title)s“: Bitte begründen Sie, warum es hier bleibt.", title=of.title
            )


def _may_be_mediated(of: Candidate, kind: SendingKind) -> bool:
    doctor = of.document is not None and of.document.from_doctor
    return doctor and kind is SendingKind.INSPECTION
