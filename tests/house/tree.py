"""Which files belong to the house, and what does their source say?"""

from __future__ import annotations

import ast
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]

# What .gitignore names, and what is not ours.
NOT_KEPT = {
    ".git",
    ".hypothesis",
    ".import_linter_cache",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".scratch",
    "__pycache__",
    "build",
    "dist",
    "node_modules",
    "vendor",
}


def _is_kept(path: Path, root: Path) -> bool:
    name = path.name
    if path.parent == root and (name == "data" or name.startswith(".venv")):
        return False
    return name not in NOT_KEPT and not name.endswith((".egg-info", ".pyc", ".mo"))


def kept_files(root: Path) -> Iterator[Path]:
    """Give every file that is or would be under version control, as a path below ``root``."""
    for folder, names, files in os.walk(root):
        here = Path(folder)
        names[:] = sorted(name for name in names if _is_kept(here / name, root))
        for name in sorted(files):
            if _is_kept(here / name, root):
                yield (here / name).relative_to(root)


def modules(root: Path, *folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Give the name and the parsed source of every Python module below ``folders``."""
    for path in kept_files(root):
        if path.suffix == ".py" and path.parts[0] in folders:
            source = (root / path).read_text(encoding="utf-8")
            yield path.as_posix(), ast.parse(source, filename=str(path))


def planted(tmp_path: Path, change: Callable[[Path], None]) -> Path:
    """Copy the house to ``tmp_path``, let ``change`` break a rule there, give the copy's root."""
    copy = tmp_path / "house"
    for path in kept_files(ROOT):
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, copy / path)
    change(copy)
    return copy


def caught(
    tmp_path: Path, check: Callable[[Path], Iterable[str]], change: Callable[[Path], None]
) -> set[str]:
    """Give what ``check`` finds after ``change`` and did not find before."""
    return set(check(planted(tmp_path, change))) - _found_before(check)


def caught_alone(
    tmp_path: Path, check: Callable[[Path], Iterable[str]], path: str, source: str
) -> set[str]:
    """Give what ``check``, which looks at each file by itself, finds after ``source`` was added."""
    copy = tmp_path / "house"
    (copy / path).parent.mkdir(parents=True, exist_ok=True)
    if (ROOT / path).exists():
        shutil.copy(ROOT / path, copy / path)
    add(path, source)(copy)
    return set(check(copy)) - _found_before(check)


@cache
def _found_before(check: Callable[[Path], Iterable[str]]) -> frozenset[str]:
    # Nothing of the house changes while its tests run, and to look at all of it takes seconds.
    return frozenset(check(ROOT))


def add(path: str, source: str) -> Callable[[Path], None]:
    """Make a change that adds ``source`` at the end of the module ``path``."""

    def change(root: Path) -> None:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("a", encoding="utf-8") as stream:
            stream.write(source)

    return change
