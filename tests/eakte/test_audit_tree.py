"""Does the tree over the log keep what RFC 6962 promises, against a second, naive reading of it?"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from eakte import audit
from eakte.model.audit_entry import AuditEntry
from eakte.model.audit_tree import WIDTH, AuditNode, KeptTree, grow
from eakte.model.hash_tree import (
    EMPTY,
    Frontier,
    consistency_path,
    continues,
    fold,
    includes,
    inclusion_path,
    leaf_hash,
    root_of,
)
from tests.builders import build_office

# The eight entries with which the reference implementation of Certificate Transparency is tested.
KNOWN = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]


def naive_root(entries: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, word for word."""
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\0" + entries[0]).digest()
    middle = 1
    while middle * 2 < len(entries):
        middle *= 2
    left, right = naive_root(entries[:middle]), naive_root(entries[middle:])
    return hashlib.sha256(b"\1" + left + right).digest()


def naive_path(index: int, entries: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962 §2.1.1, word for word."""
    if len(entries) == 1:
        return []
    middle = 1
    while middle * 2 < len(entries):
        middle *= 2
    if index < middle:
        return [*naive_path(index, entries[:middle]), naive_root(entries[middle:])]
    return [*naive_path(index - middle, entries[middle:]), naive_root(entries[:middle])]


def naive_proof(first: int, entries: Sequence[bytes], *, known: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962 §2.1.2, word for word."""
    if first == len(entries):
        return [] if known else [naive_root(entries)]
    middle = 1
    while middle * 2 < len(entries):
        middle *= 2
    if first <= middle:
        inner = naive_proof(first, entries[:middle], known=known)
        return [*inner, naive_root(entries[middle:])]
    inner = naive_proof(first - middle, entries[middle:], known=False)
    return [*inner, naive_root(entries[:middle])]


def tree_over(entries: Sequence[bytes]):
    return lambda start, end: fold([leaf_hash(entry) for entry in entries[start:end]])


def some(count: int) -> list[bytes]:
    return [b"entry %d" % number for number in range(count)]


def test_the_roots_of_the_known_entries_are_those_that_others_publish() -> None:
    published = {
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    for size, root in published.items():
        assert root_of(tree_over(KNOWN), size).hex() == root == naive_root(KNOWN[:size]).hex()
    assert root_of(tree_over([]), 0) == EMPTY == naive_root([])


@given(st.integers(0, 300))
def test_the_frontier_has_the_root_of_the_whole(size: int) -> None:
    frontier, entries = Frontier(), some(size)
    for entry in entries:
        frontier.append(leaf_hash(entry))
    assert (frontier.size, frontier.root()) == (size, naive_root(entries))
    assert root_of(tree_over(entries), size) == naive_root(entries)


@given(st.integers(1, 200), st.data())
def test_an_entry_is_proved_by_the_path_of_the_standard(size: int, drawn: st.DataObject) -> None:
    index, entries = drawn.draw(st.integers(0, size - 1)), some(size)
    path = inclusion_path(tree_over(entries), index, size)
    assert path == naive_path(index, entries)
    root, leaf = naive_root(entries), leaf_hash(entries[index])
    assert includes(root, size, leaf=leaf, index=index, path=path)
    other = drawn.draw(st.integers(0, size - 1).filter(lambda one: one != index or size == 1))
    if size > 1:
        assert not includes(root, size, leaf=leaf, index=other, path=path)
    assert not includes(root, size, leaf=leaf_hash(b"another"), index=index, path=path)
    assert not includes(root, size, leaf=leaf, index=index, path=[*path, root])
    assert not includes(root, size, leaf=leaf, index=size, path=path)
    if path:
        assert not includes(root, size, leaf=leaf, index=index, path=path[:-1])
        place = drawn.draw(st.integers(0, len(path) - 1))
        forged = [*path[:place], leaf_hash(b"forged"), *path[place + 1 :]]
        assert not includes(root, size, leaf=leaf, index=index, path=forged)


@given(st.integers(1, 200), st.data())
def test_growth_is_proved_by_the_path_of_the_standard(newer: int, drawn: st.DataObject) -> None:
    older, entries = drawn.draw(st.integers(1, newer)), some(newer)
    path = consistency_path(tree_over(entries), older, newer)
    assert path == naive_proof(older, entries)
    old, new = naive_root(entries[:older]), naive_root(entries)
    assert continues(old, older, new, newer, path=path)
    assert not continues(leaf_hash(b"forged"), older, new, newer, path=path)
    assert not continues(old, older, leaf_hash(b"forged"), newer, path=path)
    assert not continues(old, older, new, newer, path=[*path, old])
    if path:
        assert not continues(old, older, new, newer, path=path[:-1])


def test_a_list_that_was_changed_before_the_older_head_has_no_proof() -> None:
    entries = some(70)
    forged = [*entries[:20], b"forged", *entries[21:]]
    path = consistency_path(tree_over(forged), 50, 70)
    assert not continues(naive_root(entries[:50]), 50, naive_root(forged), 70, path=path)


def test_the_empty_list_begins_every_other_and_a_longer_one_begins_none() -> None:
    assert continues(EMPTY, 0, naive_root(some(3)), 3, path=[])
    assert not continues(naive_root(some(3)), 3, naive_root(some(2)), 2, path=[])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_path_for_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="not among"):
        inclusion_path(tree_over(some(size)), index, size)


@pytest.mark.parametrize(("first", "second"), [(0, 3), (4, 3)])
def test_there_is_no_proof_of_growth_backwards(first: int, second: int) -> None:
    with pytest.raises(ValueError, match="older"):
        consistency_path(tree_over(some(3)), first, second)


@settings(max_examples=25)
@given(st.integers(1, 2 * WIDTH + 40), st.data())
def test_what_is_kept_beside_the_log_gives_the_same_roots_and_paths(
    log_of_entries: tuple[object, list[bytes]], size: int, drawn: st.DataObject
) -> None:
    office, entries = log_of_entries
    with office.begin(writes=False) as work:  # type: ignore[attr-defined]  # an Office
        tree = KeptTree(work.session, size)
        assert root_of(tree, size) == naive_root(entries[:size])
        index = drawn.draw(st.integers(0, size - 1))
        assert inclusion_path(tree, index, size) == naive_path(index, entries[:size])
        older = drawn.draw(st.integers(1, size))
        assert consistency_path(tree, older, size) == naive_proof(older, entries[:size])


@pytest.fixture(scope="module")
def log_of_entries(tmp_path_factory: pytest.TempPathFactory):
    office = build_office(tmp_path_factory.mktemp("log"))
    with office.as_system() as work:
        for number in range(2 * WIDTH + 40):
            audit.note(work, "tested", kind="thing", subject=None, number=number)
        digests = work.session.scalars(select(AuditEntry.digest).order_by(AuditEntry.sequence))
        entries = [digest.encode() for digest in digests]
    yield office, entries
    office.close()


def test_a_log_from_before_the_tree_gets_its_nodes_when_it_next_grows(tmp_path: Path) -> None:
    office = build_office(tmp_path)
    with office.as_system() as work:
        for number in range(3 * WIDTH):
            audit.note(work, "tested", kind="thing", subject=None, number=number)
        count = select(func.count()).select_from(AuditNode)
        assert work.session.scalar(count) == 3
        for node in work.session.scalars(select(AuditNode)):
            work.session.delete(node)
        work.session.flush()
        grow(work.session, 3 * WIDTH)
        assert work.session.scalar(count) == 3
        assert audit.verify(work.session).faults == ()
    office.close()
