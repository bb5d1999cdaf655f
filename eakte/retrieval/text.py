"""How is the recognised text of a document kept and read again?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from eakte.model.document import Document, Rendition, RenditionKind, Version
from eakte.model.findings import PageText
from storage import Digest, Store

MEDIA_TYPE = "application/json"


def written(pages: Sequence[PageText]) -> bytes:
    """Return the pages as they are kept: JSON, the same bytes for the same pages."""
    return json.dumps(
        {"pages": [asdict(page) for page in pages]}, ensure_ascii=False, sort_keys=True
    ).encode()


def pages_of(session: Session, store: Store, document: Document) -> tuple[str, ...]:
    """Return the text of each page of the current version; empty while there is none."""
    sha256 = session.scalar(
        select(Rendition.sha256)
        .join(Version, Version.id == Rendition.version_id)
        .where(
            Version.document_id == document.id,
            Version.number == document.current_version,
            Rendition.kind == RenditionKind.TEXT,
        )
    )
    if sha256 is None:
        return ()
    with store.open(Digest(sha256)) as stream:
        kept = json.loads(stream.read())
    return tuple(page["text"] for page in kept["pages"])
