"""From the bytes of a message to its page, its text and what is enclosed with it."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from eakte.processing.steps.mail.markup import Cleaned, clean
from eakte.processing.steps.mail.message import Enclosed, Mail
from eakte.processing.steps.mail.outlook import read_outlook
from eakte.processing.steps.mail.paper import drawn_up, written_out
from eakte.processing.steps.mail.rfc822 import read_rfc822

OUTLOOK = "application/vnd.ms-outlook"
MOST_ENCLOSED = 200
# A picture in the text that is as large as this may be a photographed letter and not a logo.
LONG_SIDE, SHORT_SIDE = 900, 500
# So long a message may take to be laid out; then its words alone are shown.
PRINT_SECONDS = 40.0
PAGE, PRINTED = "message.html", "message.pdf"
PICTURE = "picture-"
# Started by its path: shut in, a new process sees this folder and not the packages around it.
PRINTING = Path(__file__).with_name("printing.py")


@dataclass(frozen=True)
class Opened:
    """A message that was read: ``bodies`` are what stands in it, in the order of its parts."""

    mail: Mail
    bodies: tuple[Cleaned | str, ...]


def open_message(path: Path, *, media_type: str, folder: Path) -> Opened:
    """Read a message and clean its text; its pictures lie in ``folder`` afterwards.

    What is empty or more than may be enclosed is counted and left in the original.
    """
    mail = read_outlook(path) if media_type == OUTLOOK else read_rfc822(path.read_bytes())
    addresses: dict[str, str] = {}
    for number, (key, picture) in enumerate(mail.pictures.items(), start=1):
        (folder / f"{PICTURE}{number}").write_bytes(picture.content)
        addresses[key] = f"cid:{PICTURE}{number}"
    bodies = tuple(
        clean(body.text, addresses) if body.markup else body.text for body in mail.bodies
    )
    shown: set[str] = set()
    for body in bodies:
        if isinstance(body, Cleaned):
            shown |= body.shown
            mail.found["mail-remote"] += body.remote
            mail.found["mail-missing-picture"] += body.missing
    _enclose_pictures(mail, shown)
    _count_out(mail)
    return Opened(mail, bodies)


def _enclose_pictures(mail: Mail, shown: set[str]) -> None:
    """A picture that the text does not show, or that may be a letter, is enclosed like others."""
    for key, picture in mail.pictures.items():
        if key not in shown or _may_be_a_letter(picture.content):
            mail.enclosed.append(Enclosed(picture.name, picture.content, inline=key in shown))


def _may_be_a_letter(content: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(content)) as picture:
            sides = sorted(picture.size)
    except (OSError, ValueError, Image.DecompressionBombError):
        return True
    return sides[0] >= SHORT_SIDE and sides[1] >= LONG_SIDE


def _count_out(mail: Mail) -> None:
    held = [one for one in mail.enclosed if one.content]
    mail.found["mail-empty-enclosure"] += len(mail.enclosed) - len(held)
    mail.found["mail-too-many"] += max(0, len(held) - MOST_ENCLOSED)
    mail.enclosed = held[:MOST_ENCLOSED]


def print_message(opened: Opened, *, folder: Path, seconds: float) -> Path | None:
    """Print a message to PDF; None when that fails or takes too long."""
    names = [one.name for one in opened.mail.enclosed if not one.inline]
    page, target = folder / PAGE, folder / PRINTED
    page.write_text(
        drawn_up(opened.mail, opened.bodies, enclosed=names), encoding="utf-8", errors="replace"
    )
    order = [sys.executable, "-I", "-B", str(PRINTING), str(page), str(target)]
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(
            order,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=min(seconds, PRINT_SECONDS),
            check=False,
        )
        if done.returncode == 0 and target.is_file():
            return target
        sys.stderr.write(done.stderr.decode("utf-8", "replace")[-2000:])
    return None


def text_of(opened: Opened) -> str:
    """Return the message as plain text."""
    names = [one.name for one in opened.mail.enclosed if not one.inline]
    return written_out(opened.mail, opened.bodies, enclosed=names)
