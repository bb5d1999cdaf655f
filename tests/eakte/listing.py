"""Lists for tests: asked for, written by the worker's own lane, and read."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from uuid import UUID

from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.model.prepared import ListKind, PreparedList
from eakte.model.user import Actor
from eakte.retrieval.prepared.asking import ask_for_list, read_list
from eakte.retrieval.prepared.lines import Filter
from eakte.worker import Worker
from storage import Digest
from tests.builders import now_


def asked(
    office: Office, actor: Actor, wanted: Filter | None = None, kind: ListKind = ListKind.DOSSIERS
) -> UUID:
    """Ask for a list as this person, with their rights of this moment."""
    with office.begin(now_(office, actor)) as work:
        return ask_for_list(work, kind, wanted or Filter()).id


def work_off(office: Office) -> None:
    """Do every errand that waits, those too that wait for a moment only."""
    worker = Worker(office)
    while worker._errand_turn():
        if isinstance(office.clock, SetClock):
            office.clock.move(timedelta(seconds=2))


def row(office: Office, list_id: UUID) -> PreparedList | None:
    """Return the row of a list."""
    with office.database.transaction(writes=False) as session:
        return session.get(PreparedList, list_id)


def content(office: Office, actor: Actor, list_id: UUID) -> bytes:
    """Return the table as this person would get it at this moment."""
    with office.begin(now_(office, actor)) as work:
        reading = read_list(work, list_id)
    with office.store.open(Digest(reading.sha256)) as stream:
        return stream.read()


def table(written: bytes) -> list[dict[str, str]]:
    """Return the lines of a table by their headings."""
    return list(csv.DictReader(io.StringIO(written.decode("utf-8-sig")), delimiter=";"))


def stored(office: Office) -> set[str]:
    """Return what lies in the store."""
    return {str(listed.digest) for listed in office.store.listing()}
