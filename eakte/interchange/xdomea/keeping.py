"""How is a proceeding written down, so that it can go on next month?"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from eakte.interchange.xdomea.offered import Stub, Tree
from eakte.interchange.xdomea.proceedings import Proceeding, Seen
from eakte.interchange.xdomea.records import Imported, Level, MessageType, Party, Verdict

# Plain means: what JSON knows. Its shape is checked by what is built from it.
Plain = dict[str, Any]


def as_plain(proceeding: Proceeding) -> Plain:
    """Return a proceeding in values that JSON knows; ``from_plain`` makes the same one of them."""
    return {
        "id": str(proceeding.id),
        "version": proceeding.version,
        "office": asdict(proceeding.office),
        "archive": asdict(proceeding.archive),
        "four_steps": proceeding.four_steps,
        "seen": [
            asdict(one)
            | {
                "at": one.at.isoformat(),
                "message": str(one.message),
                "answers": str(one.answers) if one.answers else None,
                "records": [str(record) for record in one.records],
            }
            for one in proceeding.seen
        ],
        "stubs": [
            asdict(stub) | {"id": str(stub.id), "above": str(stub.above) if stub.above else None}
            for stub in proceeding.tree.stubs
        ],
        "decisions": {
            str(record): verdict.value for record, verdict in proceeding.decisions.items()
        },
        "results": [
            asdict(one) | {"record": str(one.record), "errors": list(one.errors)}
            for one in proceeding.results.values()
        ],
        "handed": sorted(str(record) for record in proceeding.handed),
    }


def from_plain(plain: Plain) -> Proceeding:
    """Return the proceeding that ``as_plain`` wrote down.

    Raises:
        KeyError, ValueError, TypeError: it is not what was written.
    """
    return Proceeding(
        id=UUID(plain["id"]),
        version=plain["version"],
        office=Party(**plain["office"]),
        archive=Party(**plain["archive"]),
        four_steps=plain["four_steps"],
        seen=tuple(_seen(one) for one in plain["seen"]),
        tree=Tree(tuple(_stub(one) for one in plain["stubs"])),
        decisions={UUID(one): Verdict(code) for one, code in plain["decisions"].items()},
        results={one.record: one for one in map(_result, plain["results"])},
        handed=frozenset(map(UUID, plain["handed"])),
    )


def _seen(plain: Plain) -> Seen:
    return Seen(
        **plain
        | {
            "type": MessageType(plain["type"]),
            "at": datetime.fromisoformat(plain["at"]),
            "message": UUID(plain["message"]),
            "answers": UUID(plain["answers"]) if plain["answers"] else None,
            "records": tuple(map(UUID, plain["records"])),
        }
    )


def _stub(plain: Plain) -> Stub:
    return Stub(
        **plain
        | {
            "id": UUID(plain["id"]),
            "level": Level(plain["level"]),
            "above": UUID(plain["above"]) if plain["above"] else None,
        }
    )


def _result(plain: Plain) -> Imported:
    return Imported(**plain | {"record": UUID(plain["record"]), "errors": tuple(plain["errors"])})
