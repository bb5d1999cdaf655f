"""How is done what a person has asked for, with the rights they have when it is done?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from eakte import jobs
from eakte.bootstrap import Office
from eakte.casework.handover.answering import TAKE_ANSWER, take_answer, tell_answer
from eakte.casework.handover.giving import (
    HAND_OVER_SENDING,
    Laid,
    finish_giving,
    give_sending,
    give_up_giving,
    leave_given,
)
from eakte.casework.sending.asking import WRITE_SENDING
from eakte.casework.sending.writing import (
    WrittenSending,
    finish_sending,
    give_up_sending,
    write_sending,
)
from eakte.errors import ChangedMeanwhile, EakteError, NotAllowed, NotFound, RuleBroken
from eakte.evidence.erasure.proving import PROVE_ERASED, prove_erased
from eakte.evidence.paper.destroying import WRITE_RECORD, write_record
from eakte.evidence.transfer.noting import WRITE_NOTE, write_notes
from eakte.filing.describing import Description
from eakte.filing.moving_periods import move_periods
from eakte.filing.placing import place_document
from eakte.filing.retention_rules import MOVE_PERIODS
from eakte.jobs import Heart, LeaseLost, Stopped
from eakte.model.document import Document
from eakte.model.job import Job
from eakte.retention.absence.bytes import REMOVE_ERASED, remove_erased
from eakte.retention.erasing import erase_dossier
from eakte.retention.letting_go import ERASE
from eakte.retrieval.prepared.asking import DESTROY_LIST, WRITE_LIST
from eakte.retrieval.prepared.ending import destroy_bytes, destroy_list
from eakte.retrieval.prepared.writing import (
    Written,
    discard_list,
    finish_list,
    give_up_list,
    write_list,
)
from eakte.unit_of_work import UnitOfWork

Made = TypeVar("Made")
Product = TypeVar("Product", covariant=True)
# What has changed meanwhile is looked at again after this time.
ANEW = timedelta(seconds=1)
Begin = Callable[[], AbstractContextManager[UnitOfWork]]
Beat = Callable[[str, int, int], bool]


class Make(Protocol[Product]):
    """The long part: opens units of work of the person, each with the rights of its moment."""

    def __call__(
        self, begin: Begin, subject: UUID, /, *, show: Callable[[str, int, int], None]
    ) -> Product:
        """Return what was made, which nobody has a right to yet."""


@dataclass(frozen=True)
class Errand(Generic[Made]):
    """What is done for a person, in two parts with no transaction between them.

    ``finish`` names what was made, in the person's unit of work, and may refuse; then the
    application itself is to ``discard`` it. ``give_up`` is told when nothing will come of it.
    """

    make: Make[Made]
    finish: Callable[[UnitOfWork, Made], None]
    discard: Callable[[UnitOfWork, Made], None]
    give_up: Callable[[UnitOfWork, UUID, Exception], None]


def discard_sending(work: UnitOfWork, written: WrittenSending) -> None:
    """Destroy the bytes of a package that is not to be kept."""
    for one in written.files:
        destroy_bytes(work, str(one.stored.digest), size=one.stored.size)


def file_answer(work: UnitOfWork, document_id: UUID) -> None:
    """Take what a court answers to a package, and file it where the package came from."""
    case = take_answer(work, document_id)
    if case is not None:
        document = work.session.get_one(Document, document_id)
        place_document(work, document, case=case, description=Description())
    tell_answer(work, document_id)


ERRANDS: Mapping[str, Errand[Any]] = MappingProxyType(
    {
        WRITE_LIST: Errand[Written](write_list, finish_list, discard_list, give_up_list),
        WRITE_SENDING: Errand[WrittenSending](
            write_sending, finish_sending, discard_sending, give_up_sending
        ),
        HAND_OVER_SENDING: Errand[Laid](give_sending, finish_giving, leave_given, give_up_giving),
    }
)
# What the application does by itself after a person has let go of something.
AFTERWARDS: Mapping[str, Callable[[UnitOfWork, UUID], None]] = MappingProxyType(
    {
        DESTROY_LIST: destroy_list,
        WRITE_NOTE: write_notes,
        WRITE_RECORD: write_record,
        TAKE_ANSWER: file_answer,
        MOVE_PERIODS: move_periods,
        ERASE: erase_dossier,
        REMOVE_ERASED: remove_erased,
        PROVE_ERASED: prove_erased,
    }
)


class CutOff(EakteError):
    """The errand was cut off again and again."""

    code = "interrupted"


def do_errand(
    office: Office,
    errands: Mapping[str, Errand[Any]],
    job: Job,
    *,
    beat: Beat,
    stopping: threading.Event,
) -> None:
    """Do one errand in the name of whoever asked for it, and strike it off.

    Raises:
        NotAllowed: nobody is named, or the person may not do this any more.
        ChangedMeanwhile: rights or rows are others than at the beginning; it has to begin anew.
        LeaseLost: somebody else does it, or nobody wants it any more.
        Stopped: the worker is to end.
    """
    if job.kind in AFTERWARDS:
        with office.as_system() as work:
            AFTERWARDS[job.kind](work, job.subject_id)
            jobs.done(work.session, job)
        return
    if job.actor_id is None:
        raise NotAllowed("Es ist nicht vermerkt, in wessen Namen gehandelt werden soll.")
    if jobs.exhausted(job, attempts=office.settings.job_attempts):
        raise CutOff("Der Auftrag wurde immer wieder abgebrochen und deshalb zurückgestellt.")
    errand = errands[job.kind]
    with Heart(beat, stopping) as heart:
        begin = partial(office.on_behalf_of, job.actor_id, writes=False)
        made = errand.make(begin, job.subject_id, show=heart.show)
    try:
        with office.on_behalf_of(job.actor_id) as work:
            errand.finish(work, made)
            if heart.lost or not jobs.done(work.session, job):
                raise LeaseLost
    except BaseException:
        with office.as_system() as work:
            errand.discard(work, made)
        raise


def errand_failed(
    office: Office, errands: Mapping[str, Errand[Any]], job: Job, error: Exception
) -> None:
    """Try an errand again later, or never when its person may not do it now."""
    with office.as_system() as work:
        session, clock, told = work.session, office.clock, jobs.told_of(error)
        if isinstance(error, Stopped | ChangedMeanwhile):
            # It begins anew: at once elsewhere, or when the rows have come to rest.
            pause = ANEW if isinstance(error, ChangedMeanwhile) else timedelta(0)
            jobs.postponed(session, clock, job, reason=told, pause=pause)
            return
        if jobs.is_away(error):
            jobs.postponed(session, clock, job, reason=told)
            return
        # Whoever may not do it now gets nothing by waiting, nor does what breaks a rule.
        final = isinstance(error, NotAllowed | NotFound | RuleBroken | CutOff)
        attempts = 1 if final else office.settings.job_attempts
        aside = jobs.failed(session, clock, job, error=told, attempts=attempts)
        if aside and job.kind in errands:
            errands[job.kind].give_up(work, job.subject_id, error)
