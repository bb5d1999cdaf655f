"""How is done what a person has asked for, with the rights they have when it is done?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from eakte import jobs
from eakte.bootstrap import Office
from eakte.errors import NotAllowed, NotFound
from eakte.model.job import Job
from eakte.unit_of_work import UnitOfWork

Errand = Callable[[UnitOfWork, UUID], None]
"""What is done for a person: their unit of work with the rights of that moment, the subject."""


def do_errand(office: Office, errands: Mapping[str, Errand], job: Job) -> None:
    """Do one errand in the name of whoever asked for it, and strike it off.

    Raises:
        NotAllowed: nobody is named, or the person may not do this any more.
    """
    if job.actor_id is None:
        raise NotAllowed("Es ist nicht vermerkt, in wessen Namen gehandelt werden soll.")
    with office.on_behalf_of(job.actor_id) as work:
        errands[job.kind](work, job.subject_id)
        jobs.done(work.session, job)


def errand_failed(office: Office, job: Job, error: Exception) -> None:
    """Try an errand again later, or never when its person may not do it now."""
    with office.database.transaction() as session:
        if jobs.is_away(error):
            jobs.postponed(session, office.clock, job, reason=jobs.told_of(error))
            return
        # Whoever may not do it now gets nothing by waiting.
        final = isinstance(error, NotAllowed | NotFound)
        attempts = 1 if final else office.settings.job_attempts
        jobs.failed(session, office.clock, job, error=jobs.told_of(error), attempts=attempts)
