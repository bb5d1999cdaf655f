"""Which hash stands for a whole list of entries, and what proves that one belongs to it?

The tree of RFC 6962 §2.1 over SHA-256. Nothing here knows a database: whoever holds a signed head
can check a proof with these functions alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

EMPTY = hashlib.sha256(b"").digest()

# Gives the hash of the entries from ``start`` up to ``end``, a whole power of two in its place.
Subtree = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one entry (§2.1); the first byte keeps leaves and nodes apart."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash over two hashes (§2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the hash over a whole power of two of neighbouring hashes.

    Raises:
        ValueError: it is another number of them.
    """
    if not _is_power_of_two(len(hashes)):
        raise ValueError("only a whole power of two has one hash")
    while len(hashes) > 1:
        hashes = [node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


class Frontier:
    """The root of a list that grows at its end, from as many hashes as its length has bits."""

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Take in the hash of the next entry."""
        rest = self.size
        while rest & 1:
            leaf = node_hash(self._edge.pop(), leaf)
            rest >>= 1
        self._edge.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Return the root over everything taken in."""
        if not self._edge:
            return EMPTY
        found = self._edge[-1]
        for left in reversed(self._edge[:-1]):
            found = node_hash(left, found)
        return found


def root_of(subtree: Subtree, size: int) -> bytes:
    """Return the root over the first ``size`` entries (§2.1)."""
    return _range(subtree, 0, size) if size else EMPTY


def inclusion_path(subtree: Subtree, index: int, size: int) -> list[bytes]:
    """Return what leads from entry ``index``, from 0, to the root over ``size`` (§2.1.1).

    Raises:
        ValueError: there is no such entry among them.
    """
    if not 0 <= index < size:
        raise ValueError("the entry is not among them")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range(subtree, middle, end))
            end = middle
        else:
            path.append(_range(subtree, start, middle))
            start = middle
    return path[::-1]


def consistency_path(subtree: Subtree, first: int, second: int) -> list[bytes]:
    """Return what proves that the first ``first`` entries begin the first ``second`` (§2.1.2).

    Raises:
        ValueError: the first number is none, or larger than the second.
    """
    if not 0 < first <= second:
        raise ValueError("the older length lies between 1 and the newer one")
    path: list[bytes] = []
    start, end = 0, second
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            path.append(_range(subtree, middle, end))
            end = middle
        else:
            path.append(_range(subtree, start, middle))
            start = middle
    if start:
        # Whoever checks knows the older root only when it is the whole left part of the tree.
        path.append(_range(subtree, start, end))
    return path[::-1]


def includes(root: bytes, size: int, *, leaf: bytes, index: int, path: Sequence[bytes]) -> bool:
    """Say whether the path leads from a leaf at ``index`` to this root (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for beside in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(beside, found)
            place, last = _up_to_a_right_child(place, last)
        else:
            found = node_hash(found, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def continues(
    older_root: bytes, older: int, newer_root: bytes, newer: int, *, path: Sequence[bytes]
) -> bool:
    """Say whether the path proves that the newer list begins with the older (RFC 9162 §2.1.4.2)."""
    if not 0 <= older <= newer:
        return False
    if older == newer:
        return not path and older_root == newer_root
    if older == 0:
        return not path and older_root == EMPTY
    steps = [older_root, *path] if _is_power_of_two(older) else list(path)
    if not steps or not path:
        return False
    place, last = older - 1, newer - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for beside in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(beside, old), node_hash(beside, new)
            place, last = _up_to_a_right_child(place, last)
        else:
            new = node_hash(new, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and old == older_root and new == newer_root


def _range(subtree: Subtree, start: int, end: int) -> bytes:
    width = end - start
    if _is_power_of_two(width):
        return subtree(start, end)
    middle = start + _split(width)
    return node_hash(subtree(start, middle), _range(subtree, middle, end))


def _split(width: int) -> int:
    """Return the largest power of two below ``width``."""
    return 1 << (width - 1).bit_length() - 1


def _is_power_of_two(number: int) -> bool:
    return number > 0 and number & (number - 1) == 0


def _up_to_a_right_child(place: int, last: int) -> tuple[int, int]:
    """Climb while the last node of a level has no neighbour."""
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last
