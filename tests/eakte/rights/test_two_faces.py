"""Do the check of one thing, the filter of a list and the filter of the search always agree?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import and_, select

from eakte.access.acting import actor_of
from eakte.access.actions import Action
from eakte.access.check import may, stood_in_for, visible, visible_within
from eakte.access.sessions import actor_of_session, start_session
from eakte.access.table import TABLE
from eakte.bootstrap import Office
from eakte.model.case import Case
from eakte.model.document import Document, DocumentState
from eakte.model.dossier import Dossier
from eakte.model.user import SYSTEM, Actor, Role
from eakte.retrieval.indexing import entry_of
from eakte.retrieval.schema import LETTERS, SCHEMA, rights_filter
from search import Everything, open_index
from tests.builders import build_office
from tests.eakte.rights.offices import Drawn, draw_office

# One act for each different row of the table: the others are allowed by the same rules.
ACTS = {ways: action for action, ways in TABLE.items()}
MANY = settings(
    max_examples=60,
    # A seed that is made smaller says nothing more.
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Undone(Exception):
    """The drawn office is not to stay."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    opened = build_office(tmp_path_factory.mktemp("faces"))
    yield opened
    opened.close()


def _things(drawn: Drawn) -> dict[type, list[Document] | list[Dossier] | list[Case]]:
    return {Document: drawn.documents, Dossier: drawn.dossiers, Case: drawn.cases}


@MANY
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_both_faces_of_every_rule_agree_in_any_office(office: Office, seed: int) -> None:
    dice = Random(seed)  # noqa: S311  # an office at random, no secret
    with pytest.raises(Undone), office.as_system() as work:
        drawn = draw_office(work.session, work.clock, dice)
        people = [actor_of(work.session, one, work.clock) for one in drawn.people]
        people = [*dice.sample(people, 2), replace(people[0], confirmed=True), SYSTEM]
        for action in ACTS.values():
            for table, things in _things(drawn).items():
                ids = [thing.id for thing in things]
                for person in people:
                    shown = set(
                        work.session.scalars(
                            select(table.id).where(
                                table.id.in_(ids), visible(person, action, table)
                            )
                        )
                    )
                    allowed = {thing.id for thing in things if may(person, action, thing)}
                    assert shown == allowed, (action, table.__name__, person)
        raise Undone


@MANY
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_what_is_asked_within_known_dossiers_agrees_with_what_is_asked_of_every_row(
    office: Office, seed: int
) -> None:
    dice = Random(seed)  # noqa: S311  # an office at random, no secret
    with pytest.raises(Undone), office.as_system() as work:
        drawn = draw_office(work.session, work.clock, dice)
        people = [actor_of(work.session, one, work.clock) for one in drawn.people]
        people = [*dice.sample(people, 2), replace(people[0], confirmed=True), SYSTEM]
        homes = dice.sample(drawn.dossiers, dice.randrange(len(drawn.dossiers) + 1))
        ids = [home.id for home in homes]
        for action in ACTS.values():
            for table in (Document, Case):
                for person in people:
                    shown, within = (
                        set(work.session.scalars(select(table.id).where(condition)))
                        for condition in (
                            and_(table.dossier_id.in_(ids), visible(person, action, table)),
                            visible_within(person, action, table, homes),
                        )
                    )
                    assert within == shown, (action, table.__name__, person)
        raise Undone


@MANY
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_a_session_carries_exactly_the_rights_of_its_person(office: Office, seed: int) -> None:
    with pytest.raises(Undone), office.as_system() as work:
        drawn = draw_office(work.session, work.clock, Random(seed))  # noqa: S311  # no secret
        for user in drawn.people:
            for confirmed in (False, True):
                actor = actor_of(work.session, user, work.clock, confirmed=confirmed)
                token = start_session(replace(work, actor=actor), device="", confirmed=confirmed)
                found = actor_of_session(work.session, work.clock, office.settings, token=token)
                assert (found[1:] if found else None) == ((user, actor) if user.active else None)
            user.active = False
            work.session.flush()
            assert actor_of_session(work.session, work.clock, office.settings, token=token) is None
        raise Undone


def _seen(actor: Actor, drawn: Drawn) -> set[str]:
    return {
        str(one.id)
        for one in drawn.documents
        if one.state is not DocumentState.CANCELLED and may(actor, Action.READ_CONTENT, one)
    }


@MANY
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_the_filter_of_the_search_loses_nothing_and_adds_next_to_nothing(
    office: Office, seed: int
) -> None:
    with pytest.raises(Undone), office.as_system() as work:
        drawn = draw_office(work.session, work.clock, Random(seed))  # noqa: S311  # no secret
        index = open_index(None, SCHEMA, engine="memory")
        with index.writer() as writer:
            for document in drawn.documents:
                entry = entry_of(work.session, work.store, document.id)
                if entry is not None:
                    writer.put(entry)
        unclear = {
            str(one.id)
            for one in drawn.documents
            if one.case is not None
            and (one.case.dossier.letter not in [*LETTERS] or one.case.dossier.staff)
        }
        for user in drawn.people:
            actor = actor_of(work.session, user, work.clock)
            if not may(actor, Action.SEARCH):
                continue
            found = index.find(Everything(), filters=[rights_filter(actor)], limit=1000, passages=0)
            keys = {hit.key for hit in found.hits}
            readable = _seen(actor, drawn)
            assert readable <= keys, actor
            assert keys - readable <= unclear, actor
        raise Undone


@MANY
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_a_deputy_does_no_more_than_both_may(office: Office, seed: int) -> None:
    with pytest.raises(Undone), office.as_system() as work:
        drawn = draw_office(work.session, work.clock, Random(seed))  # noqa: S311  # no secret
        accounts = {user.id: user for user in drawn.people}
        for user in drawn.people:
            actor = actor_of(work.session, user, work.clock)
            for action in ACTS.values():
                for things in _things(drawn).values():
                    for thing in things:
                        scope = stood_in_for(actor, action, thing)
                        if scope is None:
                            continue
                        absent = accounts[scope.person]
                        theirs = actor_of(work.session, absent, work.clock)
                        assert may(replace(theirs, deputising=()), action, thing), action
        raise Undone


@MANY
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_nobody_with_a_say_in_staff_matters_comes_near_a_staff_dossier(
    office: Office, seed: int
) -> None:
    with pytest.raises(Undone), office.as_system() as work:
        drawn = draw_office(work.session, work.clock, Random(seed))  # noqa: S311  # no secret
        for user in drawn.people:
            actor = actor_of(work.session, user, work.clock, confirmed=True)
            if not actor.has(Role.PERSONNEL):
                continue
            for dossier in drawn.dossiers:
                if dossier.staff:
                    assert not may(actor, Action.SEE_DOSSIER, dossier)
            for document in drawn.documents:
                if document.case is not None and document.case.dossier.staff:
                    assert not may(actor, Action.SEE_DOCUMENT, document)
        raise Undone
