"""Does every module say what it holds, and does none hide a loose end?"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT, caught_alone, kept_files, modules

CODE = ("eakte", "storage", "search")
DRAWER = re.compile(
    r"(utils?|helpers?|common|core|base|misc|managers?|services?|repositor(y|ies))(\.py)?"
)
EMPTY_NAMES = {"data", "info", "item", "obj", "file", "process"}
# The data folder is called so by everybody who runs a server, and in EAKTE_DATA.
NAMED_ALL_THE_SAME = {("eakte/config.py", "data")}
LATER = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3]) + r")\b")
WRITTEN = {".py", ".html", ".md", ".js", ".css", ".toml", ".sh", ""}
LONGEST_MODULE = 400
EDGES = {
    *("eakte/app.py", "eakte/web/errors.py", "eakte/worker.py", "eakte/lanes.py"),
    "eakte/cli/__init__.py",
}
SILENCER = re.compile(r"#\s*(?:noqa(?::[A-Z0-9, ]+)?|type:\s*ignore(?:\[[^\]]*\])?)(?P<reason>.*)")


def drawers_without_a_label(root: Path) -> list[str]:
    """Name every module or folder whose name does not say what is in it."""
    return [
        path.as_posix()
        for path in kept_files(root)
        if path.parts[0] in CODE and any(DRAWER.fullmatch(part) for part in path.parts)
    ]


def empty_names(root: Path) -> list[str]:
    """Name every variable, argument and function whose name says nothing."""
    found = []
    for name, tree in modules(root, *CODE):
        for node in ast.walk(tree):
            called = ""
            if isinstance(node, ast.arg):
                called = node.arg
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                called = node.id
            if called in EMPTY_NAMES and (name, called) not in NAMED_ALL_THE_SAME:
                found.append(f"{name}:{getattr(node, 'lineno', 0)} {called}")
    return found


def promises_for_later(root: Path) -> list[str]:
    """Name every line that puts something off."""
    return [
        f"{path.as_posix()}:{number} {line.strip()}"
        for path in kept_files(root)
        if path.suffix in WRITTEN
        for number, line in enumerate(
            (root / path).read_text(encoding="utf-8", errors="replace").splitlines(), 1
        )
        if LATER.search(line)
    ]


def long_modules(root: Path) -> list[str]:
    """Name every module that is so long that it must hold two things."""
    lengths = {
        path.as_posix(): len((root / path).read_text(encoding="utf-8").splitlines())
        for path in kept_files(root)
        # A migration is written by a tool, in one go, and never changed again.
        if path.suffix == ".py" and not path.match("migrations/versions/*")
    }
    return [f"{name}: {length}" for name, length in lengths.items() if length > LONGEST_MODULE]


def _catches_all(handler: ast.ExceptHandler) -> bool:
    caught = handler.type
    kinds = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(
        kind is None or (isinstance(kind, ast.Name) and kind.id in {"Exception", "BaseException"})
        for kind in kinds
    )


def _raises_on(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def swallowed_errors(root: Path) -> list[str]:
    """Name every handler outside the three edges that stops errors it knows nothing of."""
    return [
        f"{name}:{node.lineno}"
        for name, tree in modules(root, *CODE, "migrations")
        if name not in EDGES
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and _catches_all(node) and not _raises_on(node)
    ]


def hidden_imports(root: Path) -> list[str]:
    """Name every import inside a function and every import for types alone."""
    found = []
    for name, tree in modules(root, *CODE):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found += [
                    f"{name}:{inner.lineno}"
                    for inner in ast.walk(node)
                    if isinstance(inner, ast.Import | ast.ImportFrom)
                ]
            elif isinstance(node, ast.Name) and node.id == "TYPE_CHECKING":
                found.append(f"{name}:{node.lineno}")
    return found


def _comments(source: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def unexplained_silence(root: Path) -> list[str]:
    """Name every suppressed warning whose line does not say why."""
    return [
        f"{path.as_posix()}:{line}"
        for path in kept_files(root)
        if path.suffix == ".py"
        for line, comment in _comments((root / path).read_text(encoding="utf-8"))
        for silencer in SILENCER.finditer(comment)
        if len(re.findall(r"\w", silencer["reason"])) < 8
    ]


def naked_skips(root: Path) -> list[str]:
    """Name every skipped or expected failure that does not say why."""
    found = []
    for name, tree in modules(root, "tests"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                reasons = node.args or [word for word in node.keywords if word.arg == "reason"]
                if node.func.attr == "skipif":
                    reasons = [word for word in node.keywords if word.arg == "reason"]
                if node.func.attr in {"skip", "skipif", "xfail"} and not reasons:
                    found.append(f"{name}:{node.lineno}")
            for decorator in getattr(node, "decorator_list", []):
                if isinstance(decorator, ast.Attribute) and decorator.attr in {"skip", "xfail"}:
                    found.append(f"{name}:{decorator.lineno}")
    return found


CHECKS: list[Callable[[Path], list[str]]] = [
    drawers_without_a_label,
    empty_names,
    promises_for_later,
    long_modules,
    swallowed_errors,
    hidden_imports,
    unexplained_silence,
    naked_skips,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_house_is_free_of(check: Callable[[Path], list[str]]) -> None:
    assert check(ROOT) == []


@pytest.mark.parametrize(
    ("check", "path", "violation"),
    [
        (drawers_without_a_label, "eakte/filing/utils.py", ""),
        (drawers_without_a_label, "storage/core/blob.py", ""),
        (empty_names, "search/vague.py", "def keep(data: bytes) -> None: ...\n"),
        (empty_names, "search/vague.py", "item = 1\n"),
        (promises_for_later, "eakte/web/later.py", "# " + "TO" + "DO: check the rights\n"),
        (long_modules, "eakte/filing/long.py", "\n" * (LONGEST_MODULE + 1)),
        (swallowed_errors, "storage/mute.py", "try:\n    pass\nexcept Exception:\n    pass\n"),
        (swallowed_errors, "storage/mute.py", "try:\n    pass\nexcept:\n    pass\n"),
        (
            swallowed_errors,
            "eakte/mute.py",
            "try:\n    pass\nexcept (ValueError, Exception):\n    pass\n",
        ),
        (hidden_imports, "eakte/late.py", "def late() -> None:\n    import os\n"),
        (hidden_imports, "eakte/late.py", "from typing import TYPE_CHECKING\nTYPE_CHECKING\n"),
        (unexplained_silence, "eakte/mute.py", "import os  # " + "noqa: F401\n"),
        (unexplained_silence, "eakte/mute.py", "one: int = ''  # type" + ": ignore[assignment]\n"),
        (naked_skips, "tests/test_left_out.py", "import pytest\npytest.skip()\n"),
        (
            naked_skips,
            "tests/test_left_out.py",
            "import pytest\n@pytest.mark.skip\ndef test_one(): ...\n",
        ),
        (
            naked_skips,
            "tests/test_left_out.py",
            "import pytest\n@pytest.mark.skipif(True)\ndef test_one(): ...\n",
        ),
    ],
)
def test_a_planted_violation_is_caught(
    tmp_path: Path, check: Callable[[Path], list[str]], path: str, violation: str
) -> None:
    (found,) = caught_alone(tmp_path, check, path, violation)
    assert found.startswith(path)
