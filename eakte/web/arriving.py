"""Where do the bytes of a request lie, and what does their sender say of them?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile

from flask import request
from werkzeug.http import parse_options_header

from eakte.errors import BadInput
from eakte.web.per_request import spooled_path, upload_folder

CHUNK = 1024 * 1024
UNNAMED = "Dokument"
MULTIPART = "multipart/form-data"
PART = "document"
# A form of a signed-in browser carries it beside the fields.
FORM_TOKEN = "csrf_token"  # noqa: S105  # the name of a field and no secret
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
DIGITS = re.compile(r"\d{1,15}", re.ASCII)
SPOKEN = {"false": False, "true": True}


@dataclass(frozen=True)
class Arriving:
    """Bytes of a request on disk, with their name and what else was said of them."""

    path: Path
    name: str
    told: Mapping[str, str]

    def word(self, name: str, *, most: int) -> str | None:
        """Return what was said under a name, None when nothing was.

        Raises:
            BadInput: it is longer than that.
        """
        said = self.told.get(name, "")
        if len(said) > most:
            raise BadInput("Die Angabe „%(name)s“ ist zu lang.", name=name)
        return said or None

    def sha256(self) -> str | None:
        """Return the declared digest, None when none was declared; the store looks at its form."""
        said = self.told.get("sha256")
        if said == "":
            raise BadInput("Die Angabe „%(name)s“ ist leer.", name="sha256")
        return said

    def number(self, name: str) -> int | None:
        """Return a number that was said, None when none was.

        Raises:
            BadInput: it is no number.
        """
        said = self.told.get(name)
        if said is None:
            return None
        if not DIGITS.fullmatch(said):
            raise BadInput("Die Angabe „%(name)s“ ist keine Zahl.", name=name)
        return int(said)

    def day(self, name: str) -> date | None:
        """Return a day that was said, None when none was.

        Raises:
            BadInput: it is no day.
        """
        said = self.told.get(name)
        if said is None:
            return None
        wrong = BadInput("Die Angabe „%(name)s“ ist kein Datum der Form JJJJ-MM-TT.", name=name)
        if not DAY.fullmatch(said):
            raise wrong
        try:
            return date.fromisoformat(said)
        except ValueError as error:
            raise wrong from error

    def says(self, name: str) -> bool:
        """Return whether something was said to be true; nothing said is false.

        Raises:
            BadInput: it is neither true nor false.
        """
        said = self.told.get(name, "false")
        if said not in SPOKEN:
            raise BadInput("Die Angabe „%(name)s“ ist weder true noch false.", name=name)
        return SPOKEN[said]


@contextmanager
def arriving(known: Collection[str]) -> Iterator[Arriving]:
    """Give the bytes of the request on disk; they are gone when the block is left.

    They are the part ``document`` of a form, or the whole body; what else is said may stand in the
    form or in the address.

    Raises:
        BadInput: the form has no such part, or something is said that is not ``known``.
    """
    told = _told(known)
    if request.mimetype == MULTIPART:
        part = request.files.get(PART)
        if part is None:
            raise BadInput("Es fehlt der Teil „document“ mit dem Dokument.")
        yield Arriving(spooled_path(part.stream), part.filename or UNNAMED, told)
        return
    with NamedTemporaryFile(dir=upload_folder(), prefix="body-") as spool:
        while chunk := request.stream.read(CHUNK):
            spool.write(chunk)
        spool.flush()
        yield Arriving(Path(spool.name), _named(), told)


def _told(known: Collection[str]) -> dict[str, str]:
    told: dict[str, str] = {}
    said = [*request.args.items(multi=True), *request.form.items(multi=True)]
    for name, value in said:
        if name == FORM_TOKEN:
            continue
        if name not in known:
            raise BadInput("Die Angabe „%(name)s“ gibt es hier nicht.", name=name)
        if told.setdefault(name, value) != value:
            raise BadInput("Die Angabe „%(name)s“ kommt zweimal verschieden vor.", name=name)
    strangers = sorted(set(request.files) - {PART})
    if strangers:
        raise BadInput("Die Angabe „%(name)s“ gibt es hier nicht.", name=strangers[0])
    return told


def _named() -> str:
    _, told = parse_options_header(request.headers.get("Content-Disposition", ""))
    return told.get("filename", "") or UNNAMED
