"""Is there one place only where a transaction ends?"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.house.tree import ROOT, add, modules, planted

THE_ONE_PLACE = "eakte/db.py"
# ``with session.begin()`` commits as well; ``begin_nested`` is a savepoint and does not.
ENDS_A_TRANSACTION = {"commit", "rollback", "begin"}


def ends_of_transactions(root: Path) -> list[str]:
    """Name every call outside ``eakte/db.py`` that ends a transaction."""
    return [
        f"{name}:{node.lineno} .{node.func.attr}()"
        for name, tree in modules(root, "eakte")
        if name != THE_ONE_PLACE
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ENDS_A_TRANSACTION
    ]


def commits_in(root: Path, path: str) -> int:
    return (root / path).read_text(encoding="utf-8").count(".commit()")


def test_transactions_end_in_one_place_only() -> None:
    assert ends_of_transactions(ROOT) == []


def test_the_program_has_a_single_commit() -> None:
    assert commits_in(ROOT, THE_ONE_PLACE) == 1


@pytest.mark.parametrize("end", ["commit", "rollback", "begin"])
def test_a_planted_end_of_a_transaction_is_caught(tmp_path: Path, end: str) -> None:
    violation = f"\n\ndef hasty(work: object) -> None:\n    work.session.{end}()\n"
    root = planted(tmp_path, add("eakte/filing/hasty.py", violation))
    (found,) = ends_of_transactions(root)
    assert found == f"eakte/filing/hasty.py:4 .{end}()"
