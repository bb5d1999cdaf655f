"""Does a broken search index stop searching and nothing else, and come back by itself?"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.crash.callers import Caller
from tests.crash.conftest import PATIENCE, Serving, begin_work, until, working
from tests.crash.houses import House
from tests.crash.letters import EVERYWHERE, Letter, typed

pytestmark = pytest.mark.crash

KNOWN = (typed(1), typed(2))


def parts_of(index: Path) -> list[Path]:
    """Name everything that the engine keeps, without the locks."""
    return [path for path in index.rglob("*") if path.is_file() and not path.name.endswith("lock")]


def zero(index: Path) -> None:
    for part in parts_of(index):
        part.write_bytes(b"\0" * part.stat().st_size)


def halve(index: Path) -> None:
    for part in parts_of(index):
        part.write_bytes(part.read_bytes()[: part.stat().st_size // 2])


def flip(index: Path) -> None:
    """Turn bits at the start of the parts, as a bad cable does, in place."""
    for part in parts_of(index):
        content = bytearray(part.read_bytes())
        content[: len(content) // 4] = bytes(255 - byte for byte in content[: len(content) // 4])
        part.write_bytes(content)


def take_parts_away(index: Path) -> None:
    for part in parts_of(index):
        part.unlink()


def take_away(index: Path) -> None:
    shutil.rmtree(index)


def assert_taken(caller: Caller, letter: Letter) -> None:
    answer = caller.deliver(letter.content, name=letter.name, key=letter.name)
    assert answer.status == 201, answer.body


def assert_search_says_so(caller: Caller) -> None:
    answer = caller.search(EVERYWHERE)
    assert answer.status == 503, answer.body
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.told["message"].endswith(".")
    assert "Suche" in answer.told["message"]


@pytest.fixture(scope="session")
def _indexed(
    request: pytest.FixtureRequest, new_house: House, tmp_path_factory: pytest.TempPathFactory
) -> House:
    folder = tmp_path_factory.mktemp("indexed")
    house = replace(new_house.copy(folder / "house"), logs=folder)
    house = house.with_settings(EAKTE_SEARCH_ENGINE=request.param)
    for letter in KNOWN:
        house.bring(letter)
    assert begin_work(house, "--until-idle").wait(PATIENCE) == 0
    return house


@pytest.fixture
def indexed(_indexed: House, tmp_path: Path) -> House:
    """A house whose documents are all in the index of an engine."""
    return replace(_indexed.copy(tmp_path / "house"), logs=tmp_path)


def with_engines(*wanted: tuple[str, Callable[[Path], None]]) -> pytest.MarkDecorator:
    """Run a test with an engine's house and a harm that is done to it."""
    return pytest.mark.parametrize(
        ("_indexed", "harm"),
        wanted,
        indirect=["_indexed"],
        ids=[f"{engine}-{harm.__name__}" for engine, harm in wanted],
    )


# A part that gets shorter while it is mapped into memory kills its reader: see test_serving_killed.
@with_engines(
    ("tantivy", zero),
    ("tantivy", flip),
    ("tantivy", take_parts_away),
    ("tantivy", take_away),
    ("whoosh", flip),
    ("whoosh", take_away),
)
def test_a_broken_index_stops_searching_alone_and_is_rebuilt(
    harm: Callable[[Path], None], indexed: House, serving: Serving
) -> None:
    with serving(indexed) as served:
        caller = served.caller
        assert caller.hits(EVERYWHERE) == indexed.ids()
        # No worker now: nobody mends it while it is looked at.
        harm(indexed.folder / "index")
        until("the search notices", lambda: caller.search(EVERYWHERE).status == 503)
        assert_search_says_so(caller)
        assert_taken(caller, typed(3))
        assert caller.ask("GET", "/gesundheit").status == 200
        with working(indexed):
            until("all are found again", lambda: caller.hits(EVERYWHERE) == indexed.ids())
            until("the worker is idle", lambda: not indexed.jobs("index"))
    assert len(indexed.ids()) == len(KNOWN) + 1
    verified = indexed.eakte("verify", "--json")
    assert verified.code == 0, verified.out + verified.err


@with_engines(("tantivy", halve), ("whoosh", zero))
def test_an_index_that_was_broken_before_the_start_is_rebuilt(
    harm: Callable[[Path], None], indexed: House, serving: Serving
) -> None:
    harm(indexed.folder / "index")
    with serving(indexed) as served:
        assert_search_says_so(served.caller)
        with working(indexed):
            until("all are found again", lambda: served.caller.hits(EVERYWHERE) == indexed.ids())


@with_engines(("tantivy", zero), ("whoosh", take_away))
def test_a_worker_notices_by_itself_that_its_index_was_broken(
    harm: Callable[[Path], None], indexed: House, serving: Serving
) -> None:
    with serving(indexed) as served, working(indexed) as worker:
        caller = served.caller
        assert_taken(caller, typed(3))
        until("it is found", lambda: caller.hits(EVERYWHERE) == indexed.ids())
        harm(indexed.folder / "index")
        log = indexed.logs / "worker.log"
        until("the worker rebuilds", lambda: "was rebuilt" in log.read_text())
        until("all are found", lambda: caller.hits(EVERYWHERE) == indexed.ids())
        assert worker.poll() is None


@pytest.mark.parametrize("_indexed", ["tantivy"], indirect=True)
def test_a_text_that_has_rotted_keeps_no_other_document_out_of_the_index(
    indexed: House, serving: Serving
) -> None:
    rotten, sound = indexed.documents()
    indexed.rot(rotten)
    shutil.rmtree(indexed.folder / "index")
    with serving(indexed) as served, working(indexed):
        until("the sound one is found", lambda: str(sound.id) in served.caller.hits(EVERYWHERE))
    assert indexed.found(KNOWN[0].words[0]) == set()
    assert indexed.found(KNOWN[1].words[0]) == {str(sound.id)}
    assert indexed.found(rotten.name.removesuffix(".txt")) == {str(rotten.id)}
    verified = indexed.eakte("verify", "--json")
    assert verified.code == 1
    assert any("verändert" in fault for fault in verified.told[0]["faults"])
