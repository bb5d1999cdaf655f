"""Does every use case ask whether the actor may, before it does anything else?"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT, add, caught, modules

ACTIVITIES = (
    "eakte/intake/",
    "eakte/processing/",
    "eakte/filing/",
    "eakte/casework/",
    "eakte/retrieval/",
    "eakte/retention/",
    "eakte/evidence/",
    "eakte/interchange/",
)
# The floor below: what a use case is made of, and the accounts, which are use cases themselves.
BELOW = ("eakte/access/", "eakte/audit.py", "eakte/history.py", "eakte/jobs.py")

# Each of these acts for somebody without asking. Every line is a door: it needs its reason.
ASKS_NOBODY = {
    "eakte/access/check.py require": "it is the question",
    "eakte/access/check.py works_in": "it is the question, about a unit",
    "eakte/access/rights/notices.py tell": "a beat of a use case that has asked",
    "eakte/audit.py note": "the fourth beat of a use case that has asked",
    "eakte/history.py change": "the third and fourth beat of a use case that has asked",
    "eakte/history.py tell_change": "the third and fourth beat of a use case that has asked",
    "eakte/jobs.py enqueue": "the fifth beat of a use case that has asked",
    "eakte/jobs.py forget": "the fifth beat of a use case that has asked",
    "eakte/jobs.py revive": "the fifth beat of a use case that has asked",
}
# Each of these reads or writes rows without knowing for whom.
KNOWS_NO_ACTOR = {
    "eakte/retrieval/indexing.py entry_of": "fills the index, which shows nothing by itself",
    "eakte/retrieval/indexing.py lost_from_index": "says only whether the index is whole",
    "eakte/retrieval/text.py pages_of": "fills the index, which shows nothing by itself",
}


def _public_functions(root: Path) -> Iterator[tuple[str, ast.FunctionDef]]:
    for name, tree in modules(root, "eakte"):
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield name, node


def _annotations(function: ast.FunctionDef) -> list[str]:
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return [ast.unparse(one.annotation) if one.annotation else "" for one in arguments]


def _beats(function: ast.FunctionDef) -> list[ast.stmt]:
    return function.body[1:] if ast.get_docstring(function) is not None else function.body


def _asks(statement: ast.stmt) -> bool:
    """Say whether this is ``require(work, …)``, standing alone and so unconditionally."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and ast.unparse(statement.value.func) in {"require", "access.require", "check.require"}
        and bool(statement.value.args)
        and ast.unparse(statement.value.args[0]) == "work"
    )


def _finds(statements: list[ast.stmt]) -> bool:
    """Say whether these two fetch the one thing that is then asked about, or raise NotFound."""
    if len(statements) < 2:
        return False
    fetch, missing = statements
    return (
        isinstance(fetch, ast.Assign)
        and isinstance(fetch.value, ast.Call)
        and ast.unparse(fetch.value.func) == "work.session.get"
        and isinstance(missing, ast.If)
        and ast.unparse(missing.test) == f"{ast.unparse(fetch.targets[0])} is None"
        and len(missing.body) == 1
        and ast.unparse(missing.body[0]).startswith("raise NotFound(")
        and not missing.orelse
    )


def _asks_in_its_first_transaction(function: ast.FunctionDef) -> bool:
    for statement in ast.walk(function):
        if isinstance(statement, ast.With) and any(
            ast.unparse(opened.context_expr) == "begin()" for opened in statement.items
        ):
            return _asks(statement.body[0])
    return False


def use_cases_that_do_not_ask(root: Path) -> list[str]:
    """Name every use case that begins with anything but the question whether the actor may."""
    found = []
    for name, function in _public_functions(root):
        if not name.startswith((*ACTIVITIES, *BELOW)):
            continue
        beats = _beats(function)
        match _annotations(function)[:1]:
            case ["UnitOfWork"]:
                found_first = len(beats) > 2 and _finds(beats[:2])
                asks = _asks(beats[2 if found_first else 0])
            case ["Begin"]:  # long work, which opens its own short transactions
                asks = _asks_in_its_first_transaction(function)
            case _:
                continue
        if not asks and f"{name} {function.name}" not in ASKS_NOBODY:
            found.append(f"{name} {function.name}")
    return found


def ways_around_the_actor(root: Path) -> list[str]:
    """Name every function of an activity that takes a bare session, so that nobody is asked."""
    return [
        f"{name} {function.name}"
        for name, function in _public_functions(root)
        if name.startswith(ACTIVITIES)
        and "Session" in _annotations(function)
        and f"{name} {function.name}" not in KNOWS_NO_ACTOR
    ]


def test_every_use_case_asks_first() -> None:
    assert use_cases_that_do_not_ask(ROOT) == []


def test_no_activity_goes_around_the_actor() -> None:
    assert ways_around_the_actor(ROOT) == []


def test_the_exceptions_exist_and_are_needed() -> None:
    there = {f"{name} {function.name}" for name, function in _public_functions(ROOT)}
    assert (ASKS_NOBODY.keys() | KNOWS_NO_ACTOR.keys()) - there == set()


def test_there_are_use_cases_to_look_at() -> None:
    found = [
        function.name
        for name, function in _public_functions(ROOT)
        if name.startswith(ACTIVITIES) and _annotations(function)[:1] == ["UnitOfWork"]
    ]
    assert {"receive", "place_document", "open_dossier", "search"} <= set(found)


HEAD = "\n\ndef peek(work: UnitOfWork, document_id: UUID) -> Document:\n    '''Peek.'''\n"


@pytest.mark.parametrize(
    "body",
    [
        "    return work.session.get_one(Document, document_id)\n",
        "    if document_id:\n        require(work, Action.SEE_DOCUMENT)\n    return _any(work)\n",
        "    work.store.delete(_digest(document_id))\n    require(work, Action.SEE_DOCUMENT)\n",
        "    document = work.session.get(Document, document_id)\n"
        "    if document is None:\n        raise NotFound('')\n    return document\n",
        "    return _secretly(work)\n",
    ],
    ids=["never", "sometimes", "too late", "not after finding", "hands on"],
)
def test_a_planted_use_case_that_does_not_ask_is_caught(tmp_path: Path, body: str) -> None:
    change = add("eakte/retrieval/peeking.py", HEAD + body)
    found = caught(tmp_path, use_cases_that_do_not_ask, change)
    assert found == {"eakte/retrieval/peeking.py peek"}


@pytest.mark.parametrize(
    "body",
    [
        "    with begin() as work:\n        work.store.sweep()\n",
        "    with begin() as work:\n        _sweep(work)\n        require(work, Action.MAINTAIN)\n",
        "    _sweep(begin)\n",
    ],
    ids=["never", "too late", "hands on"],
)
def test_planted_long_work_that_does_not_ask_is_caught(tmp_path: Path, body: str) -> None:
    change = add("eakte/evidence/long.py", "\n\ndef sweep_all(begin: Begin) -> None:\n" + body)
    found = caught(tmp_path, use_cases_that_do_not_ask, change)
    assert found == {"eakte/evidence/long.py sweep_all"}


def test_a_planted_way_around_the_actor_is_caught(tmp_path: Path) -> None:
    violation = "\n\ndef every(session: Session) -> object:\n    return session.scalars(_all)\n"
    found = caught(tmp_path, ways_around_the_actor, add("eakte/filing/around.py", violation))
    assert found == {"eakte/filing/around.py every"}
