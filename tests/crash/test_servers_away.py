"""Does the house say so within seconds when a server is away, and go on when it is back?

Between the web server and the S3 server, or PostgreSQL, lies a network that refuses, hangs, or
cuts the line at the moment that matters.
"""

from __future__ import annotations

import time

import pytest

from eakte.model.document import ProcessingState
from tests.crash.callers import Answer, Caller
from tests.crash.conftest import Serving, until, working
from tests.crash.letters import EVERYWHERE, Letter, scanned, typed
from tests.crash.networks import Away
from tests.proxy import Fault, Kind

pytestmark = [pytest.mark.crash, pytest.mark.postgres, pytest.mark.s3]

# Ten seconds is what a person waits; the rest is for a machine that has more to do.
SECONDS = 25.0


def deliver(caller: Caller, letter: Letter) -> Answer:
    """Deliver under the letter's own key, and expect an answer while a person still waits."""
    began = time.monotonic()
    answer = caller.deliver(letter.content, name=letter.name, key=letter.name)
    assert time.monotonic() - began < SECONDS
    return answer


def assert_out_of_reach(answer: Answer, part: str) -> None:
    assert answer.status == 503, answer.body
    assert int(answer.headers["Retry-After"]) > 0
    assert part in answer.told["message"]
    assert "nicht erreichbar" in answer.told["message"]
    assert answer.told["next_step"].startswith("Bitte")


def assert_there_once(away: Away, *letters: Letter) -> None:
    there = away.house.documents()
    assert [kept.name for kept in there] == [letter.name for letter in letters]
    for kept, letter in zip(there, letters, strict=True):
        assert away.house.original(kept) == letter.content


def test_a_store_that_is_away_is_named_and_everything_goes_on_when_it_is_back(
    away: Away, serving: Serving
) -> None:
    letter = typed(1)
    with serving(away.behind) as served:
        served.caller.sit_down()
        away.store.refuse()
        assert_out_of_reach(deliver(served.caller, letter), "Speicher")
        assert away.house.documents() == []
        assert away.house.spooled() == []
        away.store.accept()
        until("it is taken", lambda: deliver(served.caller, letter).status == 201)
        assert deliver(served.caller, letter).status == 200
    assert_there_once(away, letter)


def test_a_store_that_hangs_is_named_while_the_sender_still_waits(
    away: Away, serving: Serving
) -> None:
    letter = typed(1)
    with serving(away.behind) as served:
        served.caller.sit_down()
        away.store.inject(Fault(Kind.HANG, times=None))
        assert_out_of_reach(deliver(served.caller, letter), "Speicher")
        assert away.store.fired > 0
        away.store.inject(None)
        assert deliver(served.caller, letter).status == 201
    assert_there_once(away, letter)


@pytest.mark.parametrize("kind", [Kind.CUT_REQUEST, Kind.SWALLOW_ANSWER])
def test_a_put_whose_line_is_cut_gives_one_document(
    kind: Kind, away: Away, serving: Serving
) -> None:
    letter = typed(1)
    with serving(away.behind) as served:
        served.caller.sit_down()
        away.store.inject(Fault(kind, words=b"PUT ", times=None))
        first = deliver(served.caller, letter)
        assert away.store.fired > 0
        away.store.inject(None)
        again = deliver(served.caller, letter)
    assert (first.status, again.status) in {(503, 201), (201, 200)}
    assert_there_once(away, letter)


def test_a_database_that_is_away_is_named_and_everything_goes_on_when_it_is_back(
    away: Away, serving: Serving
) -> None:
    letter = typed(1)
    with serving(away.behind) as served:
        served.caller.sit_down()
        away.rows.refuse()
        assert_out_of_reach(deliver(served.caller, letter), "Datenbank")
        away.rows.accept()
        assert away.house.documents() == []
        assert deliver(served.caller, letter).status == 201
    assert_there_once(away, letter)


@pytest.mark.parametrize(
    ("kind", "committed"), [(Kind.CUT_REQUEST, False), (Kind.SWALLOW_ANSWER, True)]
)
def test_a_commit_whose_line_is_cut_is_settled_by_the_repeat(
    kind: Kind, committed: bool, away: Away, serving: Serving
) -> None:
    known, letter = typed(1), typed(2)
    with serving(away.behind) as served:
        served.caller.sit_down()
        away.rows.inject(None)
        assert deliver(served.caller, known).status == 201
        commits = sum(b"COMMIT" in request for request in away.rows.requests)
        assert commits > 0
        away.rows.inject(Fault(kind, words=b"COMMIT", spared=commits - 1))
        assert_out_of_reach(deliver(served.caller, letter), "Datenbank")
        assert away.rows.fired == 1
        away.rows.inject(None)
        assert [kept.name for kept in away.house.documents()][1:] == [letter.name] * committed
        again = deliver(served.caller, letter)
        assert again.status == (200 if committed else 201)
        assert deliver(served.caller, letter).told["document_id"] == again.told["document_id"]
    assert_there_once(away, known, letter)


def test_a_worker_waits_for_both_servers_and_goes_on_without_a_restart(away: Away) -> None:
    away.house.bring(scanned(1, pages=1))
    log = away.house.logs / "worker.log"

    def told() -> int:
        return log.read_text().count("out of reach")

    with working(away.behind) as worker:
        until("the first is done", lambda: not away.house.jobs("process"))
        for number, network in enumerate((away.store, away.rows), start=2):
            before = told()
            network.refuse()
            away.house.bring(scanned(number, pages=1))
            until("the worker says so", lambda before=before: told() > before)
            network.accept()
            until(
                "the document is done",
                lambda: not away.house.jobs("process") + away.house.jobs("index"),
            )
        assert worker.poll() is None
    there = away.house.documents()
    assert [kept.processing for kept in there] == [ProcessingState.READY] * 3
    assert away.house.found(EVERYWHERE) == {str(kept.id) for kept in there}
