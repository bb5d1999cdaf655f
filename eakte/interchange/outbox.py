"""How is something laid into a folder from which another program takes it: whole, and once?

It is written under a hidden name and appears under its own in one step. A mark that is written
before that step tells, after a kill at any moment, whether it was taken: with the hidden one still
there it was not, without it the package is out, however fast the program took it away.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from eakte.errors import EakteError, PartUnavailable, Sentence

LOCK, UNFINISHED, OUT = ".e-akte.lock", ".unfertig", ".uebergeben"
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
SHUT = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
GONE = frozenset({errno.ENOENT, errno.ENOTDIR})


class OutboxFault(EakteError):
    """The outbox does not take the package; nothing of it is visible there."""

    code = "outbox"
    next_step = "Bitte verständigen Sie die Administration und versuchen Sie es dann noch einmal."


@contextmanager
def only_one(folder: Path, *, called: Sentence) -> Iterator[None]:
    """Let nobody else lay anything into the outbox meanwhile; a dead process holds nothing.

    ``called`` names the folder for people, here and below: "Der Ausgangsordner …".

    Raises:
        PartUnavailable: somebody is just laying something into it.
        OutboxFault: the folder is out of reach.
    """
    with _faults_named(called):
        handle = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o660)
    try:
        try:
            with _faults_named(called):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PartUnavailable("In den Ausgangsordner wird gerade etwas gelegt.") from error
        yield
    finally:
        os.close(handle)


def is_out(folder: Path, name: str) -> bool:
    """Say whether a package of this name has appeared in the outbox, taken away by now or not."""
    return _mark(folder, name).exists() and not _hidden(folder, name).exists()


def lay(
    folder: Path,
    name: str,
    write: Callable[[Path], None],
    *,
    before: Callable[[], None],
    called: Sentence,
) -> None:
    """Lay a package into the outbox; one that is out already is not laid again.

    ``write`` makes a file or a folder at the path that it is given, ``before`` is called when all
    of it stands, and may refuse.

    Raises:
        OutboxFault: the folder is out of reach, shut or full, or the name is taken; nothing of the
            package is visible.
    """
    hidden, target = _hidden(folder, name), folder / name
    if is_out(folder, name):
        return
    try:
        with _faults_named(called):
            _clear(hidden)
            _mark(folder, name).unlink(missing_ok=True)
            if target.exists():
                raise OutboxFault("Im Ausgangsordner liegt schon „%(name)s“.", name=name)
            write(hidden)
            _to_disk(hidden)
        before()
        with _faults_named(called):
            with _mark(folder, name).open("wb") as mark:
                os.fsync(mark.fileno())
            _sync(folder)
            hidden.rename(target)
            _sync(folder)
    except BaseException:
        # What cannot be removed either is hidden, and removed by whoever comes next.
        if hidden.is_dir():
            shutil.rmtree(hidden, ignore_errors=True)
        elif hidden.exists():
            hidden.unlink()
        raise


def sweep(folder: Path, handed_over: Callable[[str], bool], *, called: Sentence) -> None:
    """Remove the marks of packages that are known, by their names, to be handed over.

    Raises:
        OutboxFault: the folder is out of reach.
    """
    with _faults_named(called):
        for mark in folder.glob(f".*{OUT}"):
            if handed_over(mark.name.removeprefix(".").removesuffix(OUT)):
                mark.unlink(missing_ok=True)


def _hidden(folder: Path, name: str) -> Path:
    return folder / f".{name}{UNFINISHED}"


def _mark(folder: Path, name: str) -> Path:
    return folder / f".{name}{OUT}"


def _clear(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    """Force what was written to disk, files before the folders that name them."""
    for one in sorted(path.rglob("*"), reverse=True) if path.is_dir() else ():
        _sync(one)
    _sync(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network shares know no forcing of folders.
        if error.errno != errno.EINVAL or not path.is_dir():
            raise
    finally:
        os.close(handle)


@contextmanager
def _faults_named(called: Sentence) -> Iterator[None]:
    try:
        yield
    except BlockingIOError:
        raise
    except OSError as error:
        if error.errno in FULL:
            raise OutboxFault("%(outbox)s hat keinen Platz mehr.", outbox=called) from error
        if error.errno in SHUT:
            raise OutboxFault("%(outbox)s lässt sich nicht beschreiben.", outbox=called) from error
        if error.errno in GONE:
            raise OutboxFault("%(outbox)s ist nicht erreichbar.", outbox=called) from error
        raise OutboxFault(
            "%(outbox)s nimmt nichts an: %(fault)s.", outbox=called, fault=error.strerror or ""
        ) from error
