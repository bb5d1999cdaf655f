"""Which signatures belong to a document, and what is written down of their check?

A signature may lie in the PDF itself, or beside it as a document of its own (``.p7s``): then it is
checked against its main document, the other attachments of that, and what arrived with it under
the name that it extends.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from sqlalchemy import null, or_, select, update

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.model.clearance import CLOSED
from eakte.model.document import Document, DocumentState, Version
from eakte.model.findings import Flag, Kind, Outcome
from eakte.model.signature import Integrity, Signature
from eakte.processing.problems import problem
from eakte.processing.sandbox import Sandbox
from eakte.unit_of_work import UnitOfWork
from storage import Digest, Store

MEDIA_TYPE = "application/pkcs7-signature"
REPORT_TYPE = "application/json"
MOST_BESIDE = 20
ENDINGS = (".p7s", ".p7m", ".pkcs7", ".sig")
PROBLEMS = {
    Integrity.ALONE: "signature-alone",
    Integrity.UNREADABLE: "signature-unreadable",
    Integrity.BROKEN: "signature-broken",
    Integrity.REWRITTEN: "signature-broken",
}


@dataclass(frozen=True)
class Neighbour:
    """A document that a signature may be about."""

    version_id: UUID
    sha256: str


def neighbours_of(work: UnitOfWork, document: Document, version: Version) -> tuple[Neighbour, ...]:
    """List what a signature that came as a document of its own may be about."""
    require(work, Action.MAINTAIN)
    if version.media_type != MEDIA_TYPE:
        return ()
    related = [Document.parent_id == document.id]
    if document.parent_id is not None:
        related += [Document.id == document.parent_id, Document.parent_id == document.parent_id]
    named = _named_by(document.original_name)
    if named and document.state is DocumentState.INBOX:
        related.append(
            (Document.state == DocumentState.INBOX)
            & (Document.department_id == document.department_id)
            & (Document.received_by_id == document.received_by_id)
            & (Document.received_on == document.received_on)
            & (Document.original_name == named)
        )
    rows = work.session.execute(
        select(Version.id, Version.sha256)
        .join(Document, Document.id == Version.document_id)
        .where(
            Version.number == Document.current_version,
            Version.clearance.not_in(CLOSED),
            Document.id != document.id,
            or_(*related),
        )
        .order_by(Document.receipt_number)
        .limit(MOST_BESIDE)
    )
    return tuple(Neighbour(version_id, sha256) for version_id, sha256 in rows)


def verified(
    store: Store,
    sandbox: Sandbox,
    outcome: Outcome,
    *,
    source: Path,
    name: str,
    neighbours: Sequence[Neighbour],
    roots: Path | None,
    known: Sequence[Signature] | None = None,
) -> tuple[Outcome, tuple[Signature, ...]]:
    """Check the signatures of what was processed; the outcome says what there is to be told.

    ``known`` is given where a copy without encryption was processed: what was signed are the bytes
    of the original, so this is what their check has shown when its password was there.
    """
    alone = outcome.look.kind is Kind.SIGNATURE
    if not alone and Flag.SIGNED not in outcome.flags:
        return outcome, ()
    if known is not None:
        codes = _faults(known) if known else ("signature-locked",)
        return _with(outcome, *codes), tuple(known)
    contents = [source.with_name(f"beside-{number}") for number in range(len(neighbours))]
    for neighbour, path in zip(neighbours, contents, strict=True):
        store.copy_to(Digest(neighbour.sha256), path)
    found = sandbox.verify(source, name=name, contents=contents, roots=roots)
    if found is None or not found:
        return _with(outcome, "signature-unchecked"), ()
    return _with(outcome, *_faults(found)), found


def _faults(found: Sequence[Signature]) -> Sequence[str]:
    """Which problems signatures make, each once."""
    codes = (PROBLEMS[one.integrity] for one in found if one.integrity in PROBLEMS)
    return tuple(dict.fromkeys(codes))


def own_signatures(version: Version) -> tuple[Signature, ...]:
    """Return what is known of the signatures in a version itself, not beside it."""
    kept = version.signatures or ()
    return tuple(Signature.of(one) for one in kept if not one.get("held_by"))


def keep_own_signatures(
    work: UnitOfWork, document: Document, version: Version, *, found: Sequence[Signature]
) -> None:
    """Write down what the check of a version's own signatures has shown, in place of an earlier."""
    require(work, Action.UNLOCK_DOCUMENT, document)
    _write(work, version.id, found, replaced="")


def report(folder: Path, found: Sequence[Signature]) -> Path:
    """Write the report of a check as JSON."""
    path = folder / "signatures.json"
    told = {"signatures": [one.as_dict() for one in found]}
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def keep_signatures(
    work: UnitOfWork,
    *,
    document_id: UUID,
    version_id: UUID,
    found: Sequence[Signature],
    neighbours: Sequence[Neighbour],
) -> None:
    """Write down what the check has shown, also beside the document that a signature is about."""
    require(work, Action.MAINTAIN)
    held_by = str(document_id)
    _write(work, version_id, found, replaced="")
    for neighbour in neighbours:
        about = [replace(one, held_by=held_by) for one in found if one.sha256 == neighbour.sha256]
        _write(work, neighbour.version_id, about, replaced=held_by)


def _write(
    work: UnitOfWork, version_id: UUID, found: Sequence[Signature], *, replaced: str
) -> None:
    """Put signatures in the place of those with the same holder; the others stay."""
    before = work.session.scalar(select(Version.signatures).where(Version.id == version_id)) or []
    kept = [one for one in before if one.get("held_by", "") != replaced]
    now = [one.as_dict() for one in found]
    told = [*now, *kept] if not replaced else [*kept, *now]
    if told == before:
        return
    work.session.execute(
        update(Version).where(Version.id == version_id).values(signatures=told or null())
    )


def _named_by(name: str) -> str:
    """The name of the document that a signature's own name extends: a.pdf for a.pdf.p7s."""
    for ending in ENDINGS:
        if name.lower().endswith(ending):
            return name[: -len(ending)]
    return ""


def _with(outcome: Outcome, *codes: str) -> Outcome:
    known = {one.code for one in outcome.problems}
    more = tuple(problem(code) for code in codes if code not in known)
    # What a signature says about the content is told before what there is to say of its form.
    return replace(outcome, problems=(*more, *outcome.problems))
