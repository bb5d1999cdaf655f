"""How does a command open the house, and as whom does it act?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from eakte.access.accounts import find_login
from eakte.access.acting import actor_of
from eakte.bootstrap import Office, open_office, prepare
from eakte.config import Settings
from eakte.errors import NotFound
from eakte.model.user import SYSTEM, Actor
from eakte.unit_of_work import UnitOfWork


@contextmanager
def house(settings: Settings) -> Iterator[Office]:
    """Open the house for one command, with its rows in the present form."""
    office = open_office(settings)
    try:
        prepare(office)
        yield office
    finally:
        office.close()


def actor(office: Office, login: str | None) -> Actor:
    """Return who acts: the named account with its rights, or the application itself.

    Raises:
        NotFound: there is no such active account.
    """
    if login is None:
        return SYSTEM
    with office.database.transaction(writes=False) as session:
        user = find_login(session, login)
        if user is None or not user.active:
            raise NotFound("Das Konto „%(login)s“ gibt es nicht.", login=login)
        return actor_of(session, user, office.clock)


def acting(office: Office, login: str | None) -> AbstractContextManager[UnitOfWork]:
    """Open a unit of work as ``login`` or as the application itself."""
    return office.begin(actor(office, login))


def tell(told: Mapping[str, Any], sentence: str, *, as_json: bool) -> None:
    """Print one result: a line of JSON for programs, a line for people."""
    print(json.dumps(told, ensure_ascii=False, default=str) if as_json else sentence, flush=True)
