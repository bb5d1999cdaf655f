"""Who is somebody of the furnished house?"""

from __future__ import annotations

from eakte.access.accounts import find_login
from eakte.access.acting import actor_of
from eakte.bootstrap import Office
from eakte.model.user import Actor, User
from eakte.unit_of_work import UnitOfWork


def person(work: UnitOfWork, login: str) -> User:
    found = find_login(work.session, login)
    assert found is not None, login
    return found


def acting(office: Office, login: str) -> Actor:
    with office.database.transaction(writes=False) as session:
        found = find_login(session, login)
        assert found is not None, login
        return actor_of(session, found, office.clock)
