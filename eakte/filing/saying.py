"""How is "nothing was said of this" told from "let it be empty"?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class _Unsaid:
    """Stands for "nothing was said of this", since None says "empty it"."""


UNSAID: Any = _Unsaid()


class Said:
    """Fields of which only some are said: ``UNSAID`` leaves what is there, None empties it."""

    def said(self) -> dict[str, Any]:
        """Return the fields of which something was said."""
        return {name: value for name, value in vars(self).items() if value is not UNSAID}


def emptied(said: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return what was said with an empty text for each of these that was emptied."""
    return said | {name: "" for name in names if name in said and said[name] is None}
