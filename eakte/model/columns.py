"""Which column types and conditions do the tables share?"""

from __future__ import annotations

import json
from collections.abc import Collection
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Boolean, ColumnElement, Dialect, String, Uuid, bindparam
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import coercions, roles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeDecorator, TypeEngine

Json = JSON().with_variant(JSONB(), "postgresql")


def named(states: type[Enum]) -> SqlEnum:
    """Return a column type that stores the value of an enum as text, the same in every database."""

    def values(of: type[Any]) -> list[str]:
        return [str(state.value) for state in of]

    return SqlEnum(states, native_enum=False, length=40, values_callable=values)


class _Ids(TypeDecorator[Collection[UUID]]):
    """Many ids as one value: PostgreSQL reads an array in it, SQLite a list in JSON."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """An array where there are arrays, else text."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String())
        return dialect.type_descriptor(ARRAY(Uuid()))

    def process_bind_param(
        self, value: Collection[UUID] | None, dialect: Dialect
    ) -> str | list[UUID]:
        """Write the ids down as the database reads them."""
        ids = list(value or ())
        return json.dumps([one.hex for one in ids]) if dialect.name == "sqlite" else ids


class _Asked(ColumnElement[bool]):
    """A condition that asks one column about one value, in each database in its own way."""

    inherit_cache = True
    # Or SQLite would be asked whether the answer is 1, which no index can tell.
    _is_implicitly_boolean = True
    type = Boolean()
    _traverse_internals = [
        ("column", InternalTraversal.dp_clauseelement),
        ("value", InternalTraversal.dp_clauseelement),
    ]

    def __init__(
        self, column: ColumnElement[Any] | Any, value: object, kind: TypeEngine[Any]
    ) -> None:
        self.column = coercions.expect(roles.ExpressionElementRole, column)
        self.value = bindparam(None, value, type_=kind, unique=True)

    @property
    def _from_objects(self) -> list[Any]:
        return list(self.column._from_objects)

    def written(self, compiler: Any, **given: Any) -> tuple[str, str]:
        """Return column and value as they stand in a statement."""
        return compiler.process(self.column, **given), compiler.process(self.value, **given)


class Among(_Asked):
    """Whether an id is one of many, at the price of one value.

    SQLAlchemy's own ``in_`` writes a parameter for each and the statement anew for each number of
    them, which takes longer than the answer where somebody was given hundreds of dossiers.
    """

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any] | Any, ids: Collection[UUID]) -> None:
        super().__init__(column, list(ids), _Ids())


@compiles(Among, "sqlite")
def _among_in_sqlite(element: Among, compiler: Any, **given: Any) -> str:
    column, ids = element.written(compiler, **given)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608  # both compiled


@compiles(Among, "postgresql")
def _among_in_postgresql(element: Among, compiler: Any, **given: Any) -> str:
    column, ids = element.written(compiler, **given)
    return f"{column} = ANY({ids})"


class Holds(_Asked):
    """Whether a column of words between bars holds this one, letter by letter.

    SQLite's LIKE would take capitals and small letters for the same.
    """

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any] | Any, word: str) -> None:
        super().__init__(column, f"|{word}|", String())


@compiles(Holds, "sqlite")
def _holds_in_sqlite(element: Holds, compiler: Any, **given: Any) -> str:
    column, word = element.written(compiler, **given)
    return f"(instr({column}, {word}) > 0)"


@compiles(Holds, "postgresql")
def _holds_in_postgresql(element: Holds, compiler: Any, **given: Any) -> str:
    column, word = element.written(compiler, **given)
    return f"(strpos({column}, {word}) > 0)"


class Packed(FunctionElement[Any]):
    """All rows of a subquery as one list of lists, in JSON; ids are texts in it.

    What stands beside many rows would otherwise be sent, and read, with every one of them.
    """

    inherit_cache = True
    type = JSON()
    name = "packed"


@compiles(Packed, "sqlite")
def _packed_in_sqlite(element: Packed, compiler: Any, **given: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **given)}))"


@compiles(Packed, "postgresql")
def _packed_in_postgresql(element: Packed, compiler: Any, **given: Any) -> str:
    return f"json_agg(json_build_array({compiler.process(element.clauses, **given)}))"
