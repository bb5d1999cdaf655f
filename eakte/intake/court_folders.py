"""Which folders of the watched folder are messages from courts, are they whole, may they go?

The program of the mailbox writes one folder for each message: the message, its documents, the
proofs. It is taken as one delivery, and only when everything stood still and every document that
the message names is there. What stays away is named in the inbox: after a while the folder is taken
as it is, and the document says what is missing.
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eakte.errors import BadInput, EakteError, PartUnavailable, machine_faults_named
from eakte.intake.delivering import Begin, Declared, LookAt, deliver
from eakte.interchange.xjustiz.folder import holds_message, pack, too_many
from eakte.interchange.xjustiz.message import MESSAGE
from eakte.model.document import Source
from eakte.model.findings import Look
from eakte.watched import PARTIAL, Found

log = logging.getLogger("eakte.intake")

STILL_SECONDS = 2.0
# So long a mailbox program may take over a message of 200 MB.
PATIENCE_SECONDS = 900.0
INCOMPLETE = "court-incomplete"
DEEPEST = 3
# Where what was refused lies, with the reason beside it.
REFUSED = "nicht-angenommen"


@dataclass(frozen=True)
class Delivery:
    """A folder as it was seen at one moment.

    ``whole`` unless something in it is being written; ``strange`` where it holds what no message
    does: more documents than are allowed, or links that lead elsewhere.
    """

    folder: Path
    stored: tuple[Found, ...]
    whole: bool
    strange: bool = False

    @property
    def key(self) -> str:
        """The delivery key: the same folder gives the same receipt, however often it is tried."""
        told = "\0".join(
            f"{one.path.relative_to(self.folder)}\0{one.size}\0{one.changed_ns}"
            for one in self.stored
        )
        named = f"{self.folder.name}\0{told}".encode("utf-8", "surrogateescape")
        return "court:" + hashlib.sha256(named).hexdigest()


@dataclass
class _Watched:
    seen: Delivery
    since: float
    look: Look | None = None


class CourtFolders:
    """Takes in what courts sent, turn by turn, and never a message twice."""

    def __init__(
        self,
        begin: Begin,
        folder: Path,
        *,
        department: str | None,
        look: LookAt,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._begin = begin
        self._folder = folder
        self._department = department
        self._look = look
        self._patience = patience
        self._known: dict[Path, _Watched] = {}

    def turn(
        self, *, still_seconds: float = STILL_SECONDS
    ) -> Iterator[tuple[Delivery, EakteError | None]]:
        """Take in what is whole and stood still; yield it, with the reason where it was refused.

        Raises:
            PartUnavailable: the house is out of reach; sources stay where they are.
            OSError: the folder is out of reach.
        """
        found = {one.folder: one for one in deliveries_in(self._folder)}
        for gone in self._known.keys() - found.keys():
            del self._known[gone]
        for delivery in found.values():
            watched = self._known.get(delivery.folder)
            if watched is None or watched.seen != delivery:
                self._known[delivery.folder] = _Watched(delivery, time.monotonic())
            elif self._due(watched, still_seconds):
                try:
                    if self._take(watched):
                        yield delivery, None
                except PartUnavailable:
                    raise
                except EakteError as error:
                    del self._known[delivery.folder]
                    yield delivery, error

    def _due(self, watched: _Watched, still_seconds: float) -> bool:
        """Whether it stood still; once looked at, what is missing is waited for."""
        if not watched.seen.whole or watched.look is not None:
            return self._waited(watched)
        return time.monotonic() - watched.since >= still_seconds

    def _waited(self, watched: _Watched) -> bool:
        return time.monotonic() - watched.since >= self._patience

    def _take(self, watched: _Watched) -> bool:
        delivery = watched.seen
        with packed_up(delivery) as packed:
            if seen_in(delivery.folder) != delivery:
                return False  # it changed while it was packed
            look = self._look(packed, f"{delivery.folder.name}.zip")
            missing = look.problem is not None and look.problem.code == INCOMPLETE
            if missing and not self._waited(watched):
                watched.look = look
                log.info("a message in the watched folder is not whole yet")
                return False
            receipt = deliver(
                self._begin,
                packed,
                declared=Declared(
                    name=f"{delivery.folder.name}.zip",
                    source=Source.FOLDER,
                    department=self._department,
                    key=delivery.key,
                ),
                look=lambda path, name: look,
            )
        # Only now, with the receipt committed, may the source go; and only if it is still the same.
        if seen_in(delivery.folder) == delivery:
            remove(delivery)
        self._known.pop(delivery.folder, None)
        log.info("took document number %s, a message, from the watched folder", receipt.number)
        return True


@contextmanager
def packed_up(delivery: Delivery) -> Iterator[Path]:
    """Give the one container that a folder becomes; it is gone when the block is left.

    Raises:
        BadInput: the folder holds what no message does.
        PartUnavailable: the disk is full, or the folder cannot be read.
    """
    if delivery.strange:
        raise BadInput(
            "Der Ordner „%(name)s“ enthält mehr, als eine Nachricht enthalten darf.",
            name=delivery.folder.name,
            next_step="Bitte liefern Sie die Dokumente einzeln ein.",
        )
    with machine_faults_named():
        room = tempfile.TemporaryDirectory(prefix="eakte-court-")
    with room as place:
        packed = Path(place) / "delivery.zip"
        with machine_faults_named():
            pack([one.path for one in delivery.stored], packed, within=delivery.folder)
        yield packed


def deliveries_in(folder: Path) -> Iterator[Delivery]:
    """Yield the folders in which a message lies, in the order of their names."""
    for one in sorted(folder.iterdir()):
        if one.name.startswith(".") or one.name == REFUSED or one.is_symlink():
            continue
        if not one.is_dir():
            continue
        if holds_message(one):
            yield seen_in(one)


def seen_in(folder: Path) -> Delivery:
    """Return what lies in a folder at this moment; what is gone meanwhile makes it not whole."""
    stored: list[Found] = []
    whole, strange = True, False
    for path in sorted(folder.rglob("*")):
        try:
            if path.is_symlink():
                strange = True
                continue
            if path.is_dir():
                continue
            facts = path.stat()
        except FileNotFoundError:
            whole = False
            continue
        partial = path.name.startswith(".") or path.suffix.lower() in PARTIAL
        strange = strange or len(path.relative_to(folder).parts) > DEEPEST
        whole = whole and not partial and facts.st_size > 0
        stored.append(Found(path, facts.st_size, facts.st_mtime_ns))
    strange = strange or too_many([one.path for one in stored])
    return Delivery(folder, tuple(stored), whole, strange)


def remove(delivery: Delivery) -> None:
    """Remove what was taken in, the message first: what is left of it is then no message any more.

    A stop in between leaves bytes that were received, and never half a message.
    """
    first = [one for one in delivery.stored if one.path.name.casefold() == MESSAGE]
    for one in (*first, *(one for one in delivery.stored if one not in first)):
        one.path.unlink(missing_ok=True)
    inner = sorted(delivery.folder.rglob("*"), key=lambda one: -len(one.parts))
    for place in (*(one for one in inner if one.is_dir()), delivery.folder):
        if not any(place.iterdir()):
            place.rmdir()
