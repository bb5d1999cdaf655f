"""Which column types do the tables share?"""

from __future__ import annotations

from enum import Enum
from typing import Any

from sqlalchemy import JSON
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.dialects.postgresql import JSONB

Json = JSON().with_variant(JSONB(), "postgresql")


def named(states: type[Enum]) -> SqlEnum:
    """Return a column type that stores the value of an enum as text, the same in every database."""

    def values(of: type[Any]) -> list[str]:
        return [str(state.value) for state in of]

    return SqlEnum(states, native_enum=False, length=40, values_callable=values)
