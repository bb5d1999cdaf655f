"""How is the recognised text of a document kept?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from eakte.model.findings import PageText

MEDIA_TYPE = "application/json"


def written(pages: Sequence[PageText]) -> bytes:
    """Return the pages as they are kept: JSON, the same bytes for the same pages."""
    return json.dumps(
        {"pages": [asdict(page) for page in pages]}, ensure_ascii=False, sort_keys=True
    ).encode()


def read_pages(kept: bytes) -> tuple[PageText, ...]:
    """Return the pages that ``written`` kept."""
    return tuple(PageText(**page) for page in json.loads(kept)["pages"])
