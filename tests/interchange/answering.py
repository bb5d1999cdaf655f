"""An offer that was made, the archive's answers to it, and what a fault has to look like."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from eakte.interchange.faults import BadPackage
from eakte.interchange.xdomea.proceedings import Proceeding, sent
from eakte.interchange.xdomea.records import Decision, Message, MessageType, Verdict
from eakte.interchange.xdomea.schemas import Schemas
from eakte.interchange.xdomea.writing import write_message
from tests.interchange.offering import ARCHIVE, OFFICE, dossier, head, named

T = MessageType
PROCESS = named("ein Vorgang")
RECORDS = tuple(dossier(str(place)) for place in range(4))
NO_SCHEMAS = Schemas(None)


def offered(version: str = "3.0.0") -> Proceeding:
    proceeding = Proceeding(PROCESS, version, OFFICE, ARCHIVE)
    offer = Message(version, head(T.OFFER, PROCESS, message=named("0501")), records=RECORDS)
    return sent(proceeding, offer)


def answer(kind: MessageType, version: str = "3.0.0", **said: object) -> Message:
    told = {"sender": ARCHIVE, "receiver": OFFICE, "answers": named("0501")}
    told |= {key: said.pop(key) for key in list(said) if key in ("process_id", "sender", "number")}
    return Message(version, head(kind, **({"process_id": PROCESS} | told)), **said)  # type: ignore[arg-type]  # fields of a message


def all_decided(letter: Verdict | None = Verdict.ARCHIVE) -> tuple[Decision, ...]:
    return tuple(Decision(record.id, letter) for record in RECORDS)


def kinds_of(attempt: Callable[[], object]) -> frozenset[str]:
    """Do what has to fail, and return the names of the faults, each a whole German sentence."""
    with pytest.raises(BadPackage) as refused:
        attempt()
    for one in refused.value.faults:
        assert len(str(one)) > 15, one
        assert "%(" not in str(one) and str(one)[-1] in ".)“", one
    return refused.value.kinds


def xml_of(message: Message) -> bytes:
    target = io.BytesIO()
    write_message(message, target)
    return target.getvalue()
