"""Is there one place only where a transaction ends?"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.house.tree import ROOT, caught_alone, modules

THE_ONE_PLACE = "eakte/db.py"
ENDS_A_TRANSACTION = {"commit", "rollback"}
# ``with engine.begin()`` commits as well; ``begin_nested`` is a savepoint and does not.
OPENS_ONE_THAT_COMMITS = {"engine.begin", "session.begin", "connection.begin", "sessions.begin"}

# Each line is a door: it needs its reason.
ALLOWED = {"eakte/bootstrap.py .begin()": "the migrations' own, before anybody can act"}


def _ends_one(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute):
        return False
    called = ast.unparse(call.func).replace("_", "").split(".")
    return called[-1] in ENDS_A_TRANSACTION or ".".join(called[-2:]) in OPENS_ONE_THAT_COMMITS


def ends_of_transactions(root: Path) -> list[str]:
    """Name every call outside ``eakte/db.py`` that ends a transaction."""
    found = [
        f"{name} .{node.func.attr}()"
        for name, tree in modules(root, "eakte")
        if name != THE_ONE_PLACE
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _ends_one(node) and isinstance(node.func, ast.Attribute)
    ]
    return [end for end in found if end not in ALLOWED]


def commits_in(root: Path, path: str) -> int:
    return (root / path).read_text(encoding="utf-8").count(".commit()")


def test_transactions_end_in_one_place_only() -> None:
    assert ends_of_transactions(ROOT) == []


def test_the_program_has_a_single_commit() -> None:
    assert commits_in(ROOT, THE_ONE_PLACE) == 1


@pytest.mark.parametrize("end", ["commit", "rollback", "begin"])
def test_a_planted_end_of_a_transaction_is_caught(tmp_path: Path, end: str) -> None:
    violation = f"\n\ndef hasty(work: object) -> None:\n    work.session.{end}()\n"
    found = caught_alone(tmp_path, ends_of_transactions, "eakte/filing/hasty.py", violation)
    assert found == {f"eakte/filing/hasty.py .{end}()"}
