"""An index that is damaged, built for something else, or swapped while it is read."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from search import (
    Engine,
    Everything,
    Field,
    FieldKind,
    Index,
    IndexBroken,
    IndexBusy,
    Prefix,
    Schema,
    Word,
    open_index,
    swap_index,
)

from .conftest import ON_DISK, SCHEMA, fill, page

Harm = Callable[[Path], None]


def _now_holds(part: Path, content: bytes) -> None:
    # In a new file under the old name: one that shrinks while a thread of the engine still has it
    # mapped ends the whole process.
    harmed = part.with_name(part.name + ".harmed")
    harmed.write_bytes(content)
    harmed.replace(part)


def zeroed(part: Path) -> None:
    _now_holds(part, b"\0" * part.stat().st_size)


def halved(part: Path) -> None:
    _now_holds(part, part.read_bytes()[: part.stat().st_size // 2])


def emptied(part: Path) -> None:
    _now_holds(part, b"")


def flipped(part: Path) -> None:
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 0xFF
    _now_holds(part, bytes(content))


def missing(part: Path) -> None:
    part.unlink()


HARMS: tuple[Harm, ...] = (zeroed, halved, emptied, flipped, missing)
# Locks hold nothing; Whoosh's and Tantivy's own are theirs.
HOLDS_NOTHING = ("lock", "LOCK")


def built(folder: Path, engine: Engine) -> dict[str, object]:
    """An index with two parts and a deletion in it; what it answers."""
    with open_index(folder, SCHEMA, engine=engine) as index:
        fill(index, *(page(f"k{n}", f"Antrag Nummer {n} " * 40, number=n) for n in range(24)))
        fill(index, *(page(f"k{n}", f"Bescheid Nummer {n}", title="neu") for n in range(8)))
        return answers(index)


def answers(index: Index) -> dict[str, object]:
    """Everything that can be asked of the index."""
    queries = (Word("Antrag"), Word("Bescheid"), Prefix("Num"), Everything())
    return {
        "found": [index.find(query, limit=100) for query in queries],
        "keys": sorted(index.keys()),
        "count": index.count(),
        "k1": index.get("k1"),
    }


def parts_of(folder: Path) -> Iterator[Path]:
    for part in sorted(folder.rglob("*")):
        if part.is_file() and not part.name.endswith(HOLDS_NOTHING) and part.stat().st_size:
            yield part


@pytest.mark.parametrize("harm", HARMS)
def test_a_damaged_part_is_noticed_when_the_index_is_opened_or_was_of_no_account(
    folder: tuple[Path, Engine], tmp_path: Path, harm: Harm
) -> None:
    where, engine = folder
    before = built(where, engine)
    parts = list(parts_of(where))
    noticed = []
    for number, part in enumerate(parts):
        broken = tmp_path / f"broken{number}"
        shutil.copytree(where, broken)
        harm(broken / part.relative_to(where))
        try:
            with open_index(broken, SCHEMA, engine=engine) as index:
                assert answers(index) == before, f"{part} lies when {harm.__name__}"
        except IndexBroken:
            noticed.append(part.name)
    # Tantivy's list of parts to be tidied away can be done without.
    assert {part.name for part in parts} - set(noticed) <= {".managed.json"}
    assert len(noticed) >= 5


@pytest.mark.parametrize("engine", ON_DISK)
def test_a_flipped_byte_in_the_middle_of_a_big_part_is_noticed_by_check(
    engine: Engine, tmp_path: Path
) -> None:
    with open_index(tmp_path / "index", SCHEMA, engine=engine) as index:
        text = " ".join(f"Wort{n}x{n * n}" for n in range(3000))
        fill(index, *(page(f"k{n}", f"{text} {n}" * 4) for n in range(30)))
        index.check()
    big = max(parts_of(tmp_path / "index"), key=lambda part: part.stat().st_size)
    assert big.stat().st_size > 3 * 64 * 1024
    flipped(big)
    with (
        pytest.raises(IndexBroken),
        open_index(tmp_path / "index", SCHEMA, engine=engine) as index,
    ):
        index.check()


def test_a_whole_index_passes_the_check(folder: tuple[Path, Engine]) -> None:
    where, engine = folder
    built(where, engine)
    with open_index(where, SCHEMA, engine=engine) as index:
        index.check()


def test_what_a_commit_leaves_is_found_by_the_next_one_who_opens(
    folder: tuple[Path, Engine],
) -> None:
    where, engine = folder
    before = built(where, engine)
    with open_index(where, SCHEMA, engine=engine) as index:
        assert answers(index) == before


def test_only_the_owner_may_look_into_the_folder(folder: tuple[Path, Engine]) -> None:
    where, engine = folder
    built(where, engine)
    for inside in [where, *(one for one in where.rglob("*") if one.is_dir())]:
        assert inside.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "other",
    [
        Schema(SCHEMA.fields[:-1], newest="received"),
        Schema(SCHEMA.fields),
        Schema((*SCHEMA.fields, Field("more", FieldKind.TEXT)), newest="received"),
    ],
)
def test_an_index_of_another_schema_is_not_opened(
    folder: tuple[Path, Engine], other: Schema
) -> None:
    where, engine = folder
    built(where, engine)
    with pytest.raises(IndexBroken, match="made for another"):
        open_index(where, other, engine=engine)


def test_an_index_of_another_engine_is_not_opened(tmp_path: Path) -> None:
    built(tmp_path / "index", "tantivy")
    with pytest.raises(IndexBroken, match="engine"):
        open_index(tmp_path / "index", SCHEMA, engine="whoosh")


def test_a_broken_index_is_replaced_by_one_built_beside_it(
    folder: tuple[Path, Engine], tmp_path: Path
) -> None:
    where, engine = folder
    before = built(where, engine)
    for part in parts_of(where):
        emptied(part)
    with pytest.raises(IndexBroken):
        open_index(where, SCHEMA, engine=engine)
    assert built(tmp_path / "beside", engine) == before
    swap_index(where, tmp_path / "beside")
    assert not (tmp_path / "beside").exists()
    with open_index(where, SCHEMA, engine=engine) as index:
        assert answers(index) == before
        fill(index, page("new", "Widerspruch"))
        assert index.find(Word("Widerspruch")).total == 1


def test_a_reader_that_is_open_during_a_swap_finds_the_new_entries(
    folder: tuple[Path, Engine], tmp_path: Path
) -> None:
    where, engine = folder
    built(where, engine)
    with open_index(where, SCHEMA, engine=engine) as reader:
        assert reader.find(Word("Antrag")).total == 16
        with open_index(tmp_path / "beside", SCHEMA, engine=engine) as fresh:
            fill(fresh, page("only", "Antrag"))
        swap_index(where, tmp_path / "beside")
        for _ in range(100):
            if reader.find(Word("Antrag")).total == 1:
                break
            time.sleep(0.03)
        assert [hit.key for hit in reader.find(Word("Antrag")).hits] == ["only"]
        fill(reader, page("more", "Antrag"))
        assert sorted(reader.keys()) == ["more", "only"]
    assert len(list(where.glob("gen-*"))) == 1


def test_a_swap_waits_for_the_writer_and_says_so_when_it_does_not_finish(
    folder: tuple[Path, Engine], tmp_path: Path
) -> None:
    where, engine = folder
    built(where, engine)
    built(tmp_path / "beside", engine)
    with (
        open_index(where, SCHEMA, engine=engine) as index,
        index.writer(),
        pytest.raises(IndexBusy),
    ):
        swap_index(where, tmp_path / "beside", wait=0.05)
    swap_index(where, tmp_path / "beside")


def test_nothing_is_swapped_when_there_is_nothing_beside(
    folder: tuple[Path, Engine], tmp_path: Path
) -> None:
    where, engine = folder
    before = built(where, engine)
    with pytest.raises(IndexBroken):
        swap_index(where, tmp_path / "nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(IndexBroken):
        swap_index(where, tmp_path / "empty")
    with open_index(where, SCHEMA, engine=engine) as index:
        assert answers(index) == before


@pytest.mark.parametrize("engine", ON_DISK)
def test_many_commits_do_not_pile_up_dead_parts(engine: Engine, tmp_path: Path) -> None:
    with open_index(tmp_path / "index", SCHEMA, engine=engine) as index:
        for round_ in range(25):
            fill(index, *(page(f"k{n}", f"Antrag {round_} " * 20) for n in range(5)))
        assert index.count() == 5
    assert len(list(parts_of(tmp_path / "index"))) < 90
