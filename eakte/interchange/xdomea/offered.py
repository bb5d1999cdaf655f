"""Which records does a proceeding speak of, and which of them lies in which?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar
from uuid import UUID

from eakte.interchange.xdomea.records import Level, Record, Terms, Verdict

Said = TypeVar("Said")


@dataclass(frozen=True)
class Stub:
    """What a proceeding remembers of a record: no content, only what an answer is compared with."""

    id: UUID
    level: Level
    name: str
    above: UUID | None = None
    context: bool = False

    @property
    def answerable(self) -> bool:
        """Whether an archive has to say something of it; documents follow what they lie in."""
        return not self.context and (self.level is not Level.DOCUMENT or self.above is None)


@dataclass(frozen=True)
class Tree:
    """The records of a proceeding, each behind the one it lies in."""

    stubs: tuple[Stub, ...] = ()
    _by_id: Mapping[UUID, Stub] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {stub.id: stub for stub in self.stubs})

    @classmethod
    def of(cls, records: Iterable[Record]) -> Tree:
        """Return the tree of the records of a message."""
        stubs: list[Stub] = []
        waiting: list[tuple[Record, UUID | None]] = [(record, None) for record in records]
        waiting.reverse()
        while waiting:
            record, above = waiting.pop()
            stubs.append(Stub(record.id, record.level, record.name, above, record.context))
            waiting.extend((part, record.id) for part in reversed(record.parts))
        return cls(tuple(stubs))

    def plus(self, other: Tree) -> Tree:
        """Return both trees as one."""
        return Tree(self.stubs + other.stubs)

    def ids(self) -> frozenset[UUID]:
        """Return the ids of all records."""
        return frozenset(self._by_id)

    def get(self, record: UUID) -> Stub | None:
        """Return what is known of a record."""
        return self._by_id.get(record)

    def name(self, record: UUID) -> str:
        """Return how people call a record."""
        stub = self._by_id.get(record)
        return stub.name if stub else str(record)

    def inherited(self, record: UUID, said: Mapping[UUID, Said]) -> Said | None:
        """Return what was said of a record, else of the nearest one it lies in.

        The appraisal of a record holds for all that lies in it (hint in the schema at
        ``Aussonderungsart``). Of what is named only as context nothing is said.
        """
        stub = self._by_id.get(record)
        if stub is None or stub.context:
            return None
        while stub is not None:
            if stub.id in said:
                return said[stub.id]
            stub = self._by_id.get(stub.above) if stub.above else None
        return None


def selected(
    records: Iterable[Record], tree: Tree, decisions: Mapping[UUID, Verdict]
) -> tuple[Record, ...]:
    """Return what has to be handed over of offered records after an appraisal.

    What is worthy stays, marked so; what is not, but holds something worthy, stays as context;
    everything else is left out.
    """
    kept: list[Record] = []
    for record in records:
        verdict = tree.inherited(record.id, decisions)
        parts = selected(record.parts, tree, decisions)
        if verdict is Verdict.ARCHIVE:
            terms = record.terms
            if record.level is not Level.DOCUMENT:
                terms = replace(terms or Terms(), verdict=Verdict.ARCHIVE, own_verdict="")
            kept.append(replace(record, terms=terms, parts=parts))
        elif parts:
            kept.append(replace(record, context=True, parts=parts))
    return tuple(kept)


def bare(record: Record) -> Record:
    """Return a record as it is offered: described, but without naming its contents.

    "Es werden im Rahmen des Versendens eines Anbieteverzeichnisses keine Primärdokumente
    übergeben" (hint in the schema at 0501).
    """
    return replace(record, versions=(), parts=tuple(bare(part) for part in record.parts))
