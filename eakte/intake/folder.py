"""What lies in the watched folder, is it whole, and may its source be removed?

A scanner closes a document several times while it writes; so it is taken only after size and time
of change stood still for a while, and its source is removed only when the receipt is committed.
"""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

from eakte.errors import EakteError, PartUnavailable
from eakte.intake.court_folders import REFUSED, CourtFolders
from eakte.intake.delivering import Begin, Declared, LookAt, deliver
from eakte.model.document import Source
from eakte.watched import Found, Stillness, look_into, unchanged

log = logging.getLogger("eakte.intake")

# Two looks that far apart must find the same size and time of change.
STILL_SECONDS = 2.0


def key_of(waiting: Found) -> str:
    """The delivery key: the same source gives the same receipt, however often it is tried."""
    told = f"{waiting.path.name}\0{waiting.size}\0{waiting.changed_ns}"
    return "folder:" + hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()


def set_aside(source: Path, *, reason: str) -> Path:
    """Move a refused source into a folder of its own with the reason beside it; nothing is lost."""
    aside = source.parent / REFUSED
    aside.mkdir(exist_ok=True)
    target = aside / source.name
    number = 1
    while target.exists():
        number += 1
        target = aside / f"{source.stem}-{number}{source.suffix}"
    source.rename(target)
    target.with_name(target.name + ".grund.txt").write_text(reason + "\n", encoding="utf-8")
    return target


class FolderIntake:
    """Takes in what lies in a watched folder, turn by turn, and never a document twice."""

    def __init__(self, begin: Begin, folder: Path, *, department: str, look: LookAt) -> None:
        self._begin = begin
        self._folder = folder
        self._department = department or None
        self._look = look
        self._still = Stillness()
        self._courts = CourtFolders(begin, folder, department=self._department, look=look)

    def turn(self) -> bool:
        """Take in what stood still long enough; True when something was taken in.

        Raises:
            PartUnavailable: the house or the folder is out of reach; sources stay where they are.
        """
        try:
            waiting = list(look_into(self._folder))
        except OSError as error:
            raise PartUnavailable(
                "Der überwachte Ordner ist nicht lesbar: %(fault)s", fault=error
            ) from error
        ripe = self._still.ripe(waiting, among=waiting, seconds=STILL_SECONDS)
        for found in ripe:
            self._take(found)
        return self._take_messages() or bool(ripe)

    def _take_messages(self) -> bool:
        """Take in the folders in which a court's message lies; True when one was dealt with."""
        try:
            took = False
            for delivery, error in self._courts.turn():
                took = True
                if error is not None:
                    set_aside(delivery.folder, reason=f"{error.message} {error.next_step}")
                    log.warning("a message of the watched folder was refused: %s", error.code)
        except OSError as error:
            raise PartUnavailable(
                "Der überwachte Ordner ist nicht lesbar: %(fault)s", fault=error
            ) from error
        return took

    def _take(self, waiting: Found) -> None:
        declared = Declared(
            name=waiting.path.name,
            source=Source.FOLDER,
            department=self._department,
            size=waiting.size,
            key=key_of(waiting),
        )
        try:
            receipt = deliver(self._begin, waiting.path, declared=declared, look=self._look)
        except PartUnavailable:
            raise
        except EakteError as error:
            self._still.forget(waiting.path)
            if unchanged(waiting):
                set_aside(waiting.path, reason=f"{error.message} {error.next_step}")
                log.warning("a document of the watched folder was refused: %s", error.code)
            return
        # Only now, with the receipt committed, may the source go; and only if it is still the same.
        if unchanged(waiting):
            waiting.path.unlink()
        self._still.forget(waiting.path)
        log.info("took document number %s from the watched folder", receipt.number)
