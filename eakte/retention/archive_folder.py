"""What lies in the folders into which archives put their answers, and may it be taken away?

A file is taken only after it stood still for a while, and goes only when what it said is committed.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import PartUnavailable, RuleBroken
from eakte.retention.archive_answers import (
    archive_keys,
    read_answer,
    refuse_too_large,
    take_answer,
)
from eakte.retention.offered_records import xdomea_schemas
from eakte.unit_of_work import UnitOfWork
from eakte.watched import Found, Stillness, look_into, unchanged

log = logging.getLogger("eakte.retention")

Begin = Callable[[], AbstractContextManager[UnitOfWork]]
IN, REFUSED = "eingang", "abgewiesen"
STILL_SECONDS = 2.0


class ArchiveFolders:
    """Takes what archives have put into their folders, turn by turn."""

    def __init__(self, begin: Begin, folder: Path, *, still_seconds: float = STILL_SECONDS) -> None:
        self._begin = begin
        self._folder = folder
        self._seconds = still_seconds
        self._still: dict[str, Stillness] = {}

    def turn(self) -> bool:
        """Take what stood still long enough; True when something was taken.

        Raises:
            PartUnavailable: the house or a folder is out of reach; files stay where they are.
        """
        with self._begin() as work:
            require(work, Action.MAINTAIN)
            keys = archive_keys(work)
        took = False
        for key in keys:
            folder = self._folder / key / IN
            try:
                folder.mkdir(parents=True, exist_ok=True)
                waiting = list(look_into(folder))
                still = self._still.setdefault(key, Stillness())
                for found in still.ripe(waiting, among=waiting, seconds=self._seconds):
                    took = self._take(key, found, still) or took
            except OSError as error:
                raise PartUnavailable(
                    "Der Eingangsordner des Archivs „%(archive)s“ ist nicht lesbar: %(fault)s",
                    archive=key,
                    fault=error,
                ) from error
        return took

    def _take(self, key: str, found: Found, still: Stillness) -> bool:
        name = os.fsencode(found.path.name).decode("utf-8", "replace")
        try:
            refuse_too_large(found.size)
        except RuleBroken as error:
            _set_aside(found.path, error.message)
            still.forget(found.path)
            log.warning("a file of the archive %s was refused: too large", key)
            return True
        with self._begin() as work:
            store, schemas = work.store, xdomea_schemas(work)
        with found.path.open("rb") as stream:
            stored = store.put(stream)
            stream.seek(0)
            answer = read_answer(stream, name=name, schemas=schemas)
        if not unchanged(found):
            still.forget(found.path)
            return False
        with self._begin() as work:
            take_answer(work, answer, stored, archive=key)
        # Only now, with what it said committed, may it go; and only if it is still the same.
        if unchanged(found):
            found.path.unlink()
        still.forget(found.path)
        log.info("took a message of the archive %s", key)
        return True


def _set_aside(source: Path, reason: str) -> None:
    """Move a file that is no answer into a folder of its own, with the reason beside it."""
    aside = source.parent / REFUSED
    aside.mkdir(exist_ok=True)
    target, number = aside / source.name, 1
    while target.exists():
        number += 1
        target = aside / f"{source.stem}-{number}{source.suffix}"
    source.rename(target)
    target.with_name(target.name + ".grund.txt").write_text(reason + "\n", encoding="utf-8")
