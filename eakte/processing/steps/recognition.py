"""Which words stand on a prepared picture, where, and how sure is the recognition?"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

from PIL import Image

from eakte.processing.machine import must_not_be_to_blame

TSV_HEAD = "level\tpage_num\t"
TSV_FIELDS = 12
LINE_LEVEL, WORD_LEVEL = "4", "5"
OSD_SURE = 2.0
# Below this, every second word or so that tesseract gives is wrong.
SURE_WORD = 60.0
CARRIED = (0, 90, 180, 270)


@dataclass(frozen=True)
class Word:
    """A word and its place in its line in pixels of the picture; ``confidence`` is 0 to 100.

    ``height`` is that of its own box; 0 where only its line's is known.
    """

    text: str
    left: float
    right: float
    confidence: float
    height: float = 0.0


@dataclass(frozen=True)
class Line:
    """Words on one baseline between ``top`` and ``bottom``; ``paragraph`` counts up by one."""

    words: tuple[Word, ...]
    top: float
    bottom: float
    paragraph: int


@dataclass(frozen=True)
class Recognised:
    """The lines of a page in reading order."""

    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """Lines as they stand, paragraphs parted by an empty line."""
        rows: list[str] = []
        before: int | None = None
        for line in self.lines:
            if before is not None and line.paragraph != before:
                rows.append("")
            before = line.paragraph
            rows.append(" ".join(word.text for word in line.words))
        return "\n".join(rows)

    @property
    def confidence(self) -> float | None:
        """The mean of all words, longer ones counting more; None without words."""
        weights = [(len(word.text), word.confidence) for line in self.lines for word in line.words]
        letters = sum(weight for weight, _ in weights)
        if not letters:
            return None
        return round(sum(weight * sure for weight, sure in weights) / letters, 1)

    @property
    def unsure(self) -> float | None:
        """The share of words that were recognised with little confidence; None without words."""
        words = [word for line in self.lines for word in line.words]
        if not words:
            return None
        return round(sum(word.confidence < SURE_WORD for word in words) / len(words), 3)

    @property
    def letters(self) -> int:
        """How many characters were recognised."""
        return sum(len(word.text) for line in self.lines for word in line.words)


class NotRecognised(Exception):
    """The program for text recognition gave no answer for this page."""


class TookTooLong(NotRecognised):
    """It was stopped because its time was up."""


@dataclass(frozen=True)
class Tesseract:
    """The recognition program; ``prefix`` is put before its command line (to bind its life).

    ``halves``: there are processors enough to read both halves of a page at once. ``lanes`` bounds
    how many of it run at a time; pages are prepared meanwhile.
    """

    language: str
    seconds: float
    prefix: tuple[str, ...] = ()
    halves: bool = False
    lanes: AbstractContextManager[object] = nullcontext()

    def recognise(self, picture: Image.Image, *, dpi: int) -> Recognised:
        """Recognise a grey picture of a page that stands upright.

        Raises:
            NotRecognised: it failed or, as TookTooLong, did not end in time.
        """
        table = self._run(
            picture,
            ["-l", self.language, "--dpi", str(dpi), "--psm", "3"],
            outputs=["tsv"],
        )
        # Where it cannot read what "tsv" means, it prints plain text instead and calls that done.
        if not (table.startswith(TSV_HEAD) and table.endswith("\n")):
            raise NotRecognised("no table, or one that breaks off")
        return read_table(table)

    def orientation(self, picture: Image.Image, *, dpi: int) -> int:
        """By how many degrees clockwise the picture must be turned to be read; 0 when unsure."""
        try:
            report = self._run(picture, ["--dpi", str(dpi), "--psm", "0"], outputs=[])
        except NotRecognised:
            return 0
        facts = dict(line.split(": ", 1) for line in report.splitlines() if ": " in line)
        try:
            turn = int(facts["Rotate"])
            sure = float(facts["Orientation confidence"])
        except (KeyError, ValueError):
            return 0
        return turn if sure >= OSD_SURE and turn in CARRIED else 0

    def _run(self, picture: Image.Image, options: Sequence[str], *, outputs: Sequence[str]) -> str:
        try:
            with self.lanes, _in_memory(picture) as handle:
                done = subprocess.run(
                    [
                        *(*self.prefix, "tesseract", f"/proc/self/fd/{handle}", "stdout"),
                        *(*options, *outputs),
                    ],
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    pass_fds=(handle,),
                    timeout=self.seconds,
                    check=False,
                )
        except subprocess.TimeoutExpired as error:
            raise TookTooLong(f"{self.seconds} s") from error
        except OSError as error:
            must_not_be_to_blame(error)
            raise NotRecognised(str(error)) from error
        if done.returncode != 0:
            raise NotRecognised(done.stderr[-500:].decode("utf-8", "replace"))
        return done.stdout.decode("utf-8", "replace")


@contextmanager
def _in_memory(picture: Image.Image) -> Iterator[int]:
    """A file that holds the picture and lies on no disk.

    From its standard input tesseract reads sign by sign: a tenth of a second for each page.
    """
    handle = os.memfd_create("page")
    try:
        with os.fdopen(handle, "wb", closefd=False) as stream:
            stream.write(b"P5 %d %d 255\n" % picture.size)
            stream.write(picture.convert("L").tobytes())
        yield handle
    finally:
        os.close(handle)


def read_table(table: str) -> Recognised:
    """Read tesseract's TSV: one row a block, paragraph, line and word."""
    lines: list[Line] = []
    words: list[Word] = []
    box = (0.0, 0.0)
    place: tuple[str, ...] = ()
    paragraphs: dict[tuple[str, ...], int] = {}

    def close() -> None:
        if words:
            number = paragraphs.setdefault(place[:3], len(paragraphs) + 1)
            lines.append(Line(tuple(words), *box, number))
            words.clear()

    for row in table.split("\n")[1:]:
        cells = row.split("\t")
        if len(cells) != TSV_FIELDS:
            continue
        left, top, width, height = (float(cell) for cell in cells[6:10])
        if cells[0] == LINE_LEVEL:
            close()
            box = (top, top + height)
            place = tuple(cells[1:4])
        elif cells[0] == WORD_LEVEL and cells[11].strip():
            words.append(Word(cells[11].strip(), left, left + width, float(cells[10]), height))
    close()
    return Recognised(tuple(lines))
