"""What was done, by whom, and is the log still whole? Each entry is chained to the last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from eakte.errors import NotLogged
from eakte.model.audit_entry import COLUMNS, FIRST, AuditEntry, Written, leaf_of
from eakte.model.audit_tree import BITS, WIDTH, AuditNode, grow
from eakte.model.counter import next_number
from eakte.model.hash_tree import Frontier, fold
from eakte.model.log_words import taken_out
from eakte.unit_of_work import UnitOfWork

SCOPE = "audit"
BATCH = 1000
# A log that was written anew differs in every line; nobody reads more than this.
MOST_FAULTS = 200


def note(
    work: UnitOfWork,
    act: str,
    *,
    kind: str,
    subject: UUID | None,
    **details: Any,
) -> AuditEntry:
    """Append one entry; who reads content calls this before the bytes leave.

    ``details`` must be plain JSON values; what is said in words in them lies beside the log, which
    keeps its digest, and goes with what it is about. Entries are written one after the other: the
    number's row stays locked until the transaction ends, so the chain cannot fork.

    Raises:
        NotLogged: the database refuses the entry, so what it is about must not happen.
    """
    session = work.session
    if work.in_stead_of:
        details["in_stead_of"] = sorted(work.in_stead_of.values())
    kept, beside = taken_out(details)
    sequence = next_number(session, SCOPE)
    previous = session.scalar(select(AuditEntry.digest).where(AuditEntry.sequence == sequence - 1))
    entry = AuditEntry(
        sequence=sequence,
        at=work.clock.now(),
        actor_id=work.actor.id,
        actor_name=work.actor.name,
        act=act,
        subject_kind=kind,
        subject_id=subject,
        details=kept,
        previous=previous or FIRST,
        digest="",
    )
    entry.digest = entry.expected_digest()
    session.add(entry)
    for words in beside:
        words.sequence = sequence
    session.add_all(beside)
    try:
        session.flush()
    except IntegrityError as error:
        raise NotLogged("Das Protokoll kann zurzeit nicht geschrieben werden.") from error
    if sequence % WIDTH == 0:
        grow(session, sequence)
    return entry


@dataclass(frozen=True)
class Claim:
    """What somebody saw of the log before: the root over its first ``size`` entries."""

    size: int
    root: str
    name: str


@dataclass(frozen=True)
class Unreadable:
    """A row or line of the log that is no entry at all."""

    place: str


Batch = Sequence[Written | Unreadable]


@dataclass(frozen=True)
class LogState:
    """What a walk over the whole log found: its length, its head, and every fault.

    ``holds_until`` is the length up to which it is what the largest fitting claim saw.
    """

    entries: int
    head: str
    faults: tuple[str, ...]
    root: str = ""
    holds_until: int = 0


class Walk:
    """Goes over a log from its first entry; where the entries come from does not matter."""

    def __init__(self, claims: Iterable[Claim] = ()) -> None:
        self.entries = 0
        self.nodes: list[tuple[int, int, str]] = []  # those that became whole, until taken
        self._claims = sorted(claims, key=lambda claim: claim.size)
        self._expected, self._previous = 1, FIRST
        self._tree = Frontier()
        self._runs: list[list[bytes]] = []
        self._faults: list[str] = []
        self._unnamed = self._holds = 0

    def go(self, batch: Batch) -> None:
        """Go over the next entries."""
        for entry in batch:
            self._meet_claims()
            self.entries += 1
            if isinstance(entry, Unreadable):
                self.fault(f"Protokoll: {entry.place} ist nicht lesbar.")
                self._expected += 1
                digest = ""
            else:
                digest = self._look_at(entry)
            self._grow(leaf_of(digest))

    def end(self) -> LogState:
        """Say what was found."""
        self._meet_claims()
        for claim in self._claims:
            self.fault(
                f"Protokoll: Es endet mit dem {self.entries}. Eintrag, {claim.name} bezeugt aber "
                f"{claim.size} Einträge."
            )
        if self._unnamed:
            self._faults.append(f"Protokoll: {self._unnamed} weitere Fehler, hier nicht genannt.")
        root = self._tree.root().hex()
        return LogState(self.entries, self._previous, tuple(self._faults), root, self._holds)

    def fault(self, sentence: str) -> None:
        """Note a fault; beyond the first few hundred they are only counted."""
        if len(self._faults) < MOST_FAULTS:
            self._faults.append(sentence)
        else:
            self._unnamed += 1

    def _look_at(self, entry: Written) -> str:
        digest = entry.expected_digest()
        if entry.sequence != self._expected:
            self.fault(f"Protokoll: Eintrag {self._expected} fehlt.")
        elif entry.previous != self._previous:
            self.fault(f"Protokoll: Eintrag {entry.sequence} schließt nicht an den davor an.")
        if entry.digest != digest:
            self.fault(f"Protokoll: Eintrag {entry.sequence} wurde verändert.")
        self._expected, self._previous = entry.sequence + 1, entry.digest
        return digest

    def _meet_claims(self) -> None:
        while self._claims and self._claims[0].size == self.entries:
            claim = self._claims.pop(0)
            if claim.root == self._tree.root().hex():
                self._holds = claim.size
            else:
                self.fault(
                    f"Protokoll: Die ersten {claim.size} Einträge sind nicht mehr die, "
                    f"die {claim.name} bezeugt."
                )

    def _grow(self, leaf: bytes) -> None:
        self._tree.append(leaf)
        for level in range(self.entries.bit_length() // BITS + 1):
            if level == len(self._runs):
                self._runs.append([])
            run = self._runs[level]
            run.append(leaf)
            if len(run) < WIDTH:
                return
            leaf = fold(run)
            self.nodes.append((level + 1, (self.entries >> (level + 1) * BITS) - 1, leaf.hex()))
            run.clear()


def verify(session: Session, *, claims: Iterable[Claim] = (), batch: int = BATCH) -> LogState:
    """Walk the log from its first entry and name each one that was changed, removed or put in."""
    walk = Walk(claims)
    last: Any = None
    while True:
        last, entries = read(session, after=last, most=batch)
        if not entries:
            break
        walk.go(entries)
        compare_nodes(session, walk)
    return walk.end()


def read(session: Session, *, after: Any, most: int = BATCH) -> tuple[Any, Batch]:
    """Read the entries after a sequence, None for the first ones, and say where they end.

    A row that was damaged so that it is none any more comes out as unreadable.
    """
    query = select(*(getattr(AuditEntry, name) for name in COLUMNS))
    query = query.order_by(AuditEntry.sequence).limit(most)
    if after is not None:
        query = query.where(AuditEntry.sequence > after)
    try:
        rows: Sequence[Any] = session.execute(query).all()
    except NO_ROW:
        return _read_singly(session, after=after, most=most)
    return rows[-1][0] if rows else None, [_entry(row) for row in rows]


def compare_nodes(session: Session, walk: Walk) -> None:
    """Compare the nodes that became whole in a walk with those that are kept."""
    made, walk.nodes = walk.nodes, []
    for level in {level for level, _, _ in made}:
        wanted = {position: digest for of, position, digest in made if of == level}
        kept = dict(
            session.execute(
                select(AuditNode.position, AuditNode.digest).where(
                    AuditNode.level == level,
                    AuditNode.position.between(min(wanted), max(wanted)),
                )
            ).all()
        )
        for position, digest in wanted.items():
            if kept.get(position, digest) != digest:
                width = 1 << level * BITS
                walk.fault(
                    f"Protokoll: Die Zwischensumme über die Einträge {position * width + 1} bis "
                    f"{(position + 1) * width} stimmt nicht."
                )


# What the drivers and types raise when a column holds something that it cannot hold.
NO_ROW = (ValueError, TypeError, AttributeError, OverflowError)


def _read_singly(session: Session, *, after: Any, most: int) -> tuple[Any, Batch]:
    query = select(AuditEntry.sequence).order_by(AuditEntry.sequence).limit(most)
    if after is not None:
        query = query.where(AuditEntry.sequence > after)
    found: list[Written | Unreadable] = []
    sequences = session.scalars(query).all()
    for sequence in sequences:
        columns = select(*(getattr(AuditEntry, name) for name in COLUMNS))
        try:
            row = session.execute(columns.where(AuditEntry.sequence == sequence)).one()
        except NO_ROW:
            found.append(Unreadable(f"Eintrag {sequence}"))
        else:
            found.append(_entry(row))
    return sequences[-1], found


def _entry(row: Sequence[Any]) -> Written | Unreadable:
    entry = Written(*row)
    texts = (entry.actor_name, entry.act, entry.subject_kind, entry.previous, entry.digest)
    if not isinstance(entry.sequence, int) or not all(isinstance(text, str) for text in texts):
        return Unreadable(f"Eintrag {entry.sequence}")
    return entry
