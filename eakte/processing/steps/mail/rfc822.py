"""What does a message after RFC 5322 and MIME (.eml) say and hold?

Messages in the wild break every rule, so nothing here trusts a part to be what it says: what
cannot be taken apart is shown as text, counted as found, and remains in the original.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from email import message_from_bytes, policy
from email.header import decode_header
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from mimetypes import MimeTypes
from typing import TypeAlias

from eakte.processing.steps.mail.message import (
    BROKEN,
    Body,
    Enclosed,
    Mail,
    Picture,
    decoded,
    moment,
)

# So many multiparts one inside the other; honest ones have four or five.
MOST_LEVELS = 40
FOLD = re.compile(r"\r?\n[ \t]*")
HEAD_END = re.compile(rb"\r?\n\r?\n")
SIGNATURES = frozenset(
    {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
)
SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
# Without the system's own tables, so that a name is the same on every machine.
ENDINGS = MimeTypes(filenames=())

Part: TypeAlias = "Message[str, str]"


def read_rfc822(content: bytes) -> Mail:
    """Read a message; never raises for any content."""
    mail = Mail()
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        message = message_from_bytes(content, policy=policy.default)
        _read_head(message, mail)
        _read_part(message, content, mail, level=0)
        broken = any(part.defects for part in message.walk())
    except BROKEN:
        mail = _read_as_text(content)
        broken = True
    if broken:
        mail.found["mail-broken"] = 1
    return mail


def words(raw: str) -> str:
    """Return what a header says: unfolded, its encoded words (RFC 2047) and raw 8 bit decoded."""
    plain = raw.encode("utf-8", "surrogateescape")
    try:
        text = plain.decode("utf-8")
    except UnicodeDecodeError:
        text = plain.decode("cp1252", "replace")
    text = FOLD.sub(" ", text)
    try:
        said = decode_header(text)
    except BROKEN:
        return " ".join(text.split())
    return " ".join("".join(_word(one, charset) for one, charset in said).split())


def _word(said: bytes | str, charset: str | None) -> str:
    if isinstance(said, str):
        return said
    # decode_header hands on what is not encoded in this form.
    return decoded(said, charset, Mail().found) if charset else said.decode("raw-unicode-escape")


def _head(message: Part, name: str) -> str:
    lowered = name.lower()
    values = [str(value) for key, value in message.raw_items() if key.lower() == lowered]
    return (
        ", ".join(words(value) for value in values)
        if name in ("To", "Cc")
        else (words(values[0]) if values else "")
    )


def _read_head(message: Part, mail: Mail) -> None:
    mail.sender = _head(message, "From") or _head(message, "Sender")
    mail.recipients = _head(message, "To")
    mail.copies = _head(message, "Cc")
    mail.subject = _head(message, "Subject")
    mail.message_id = _head(message, "Message-ID")
    mail.sent_at = _day(_head(message, "Date"))


def _day(said: str) -> datetime | None:
    try:
        return moment(parsedate_to_datetime(said)) if said else None
    except BROKEN:
        return None


def _read_as_text(content: bytes) -> Mail:
    """The least that can be said of a message: its head, and the rest as it stands there."""
    mail = Mail()
    head, _, body = _halves(content)
    try:
        _read_head(BytesHeaderParser(policy=policy.compat32).parsebytes(head), mail)
    except BROKEN:
        body = content
    mail.bodies.append(Body(decoded(body, None, mail.found)))
    return mail


def _read_part(part: Part, raw: bytes | None, mail: Mail, *, level: int) -> None:
    """Take in a part; ``raw`` is the very bytes of it, with its head, where they are known."""
    kind = part.get_content_type()
    if kind == "message/rfc822":
        _enclose_message(part, raw, mail)
    elif part.is_multipart() and kind.startswith("multipart/") and level < MOST_LEVELS:
        _read_parts(kind, part, raw, mail, level=level + 1)
    elif part.is_multipart():
        mail.enclosed.append(Enclosed(_name(part, mail), _whole(part, raw)))
    elif kind.startswith("multipart/"):
        mail.bodies.append(Body(decoded(_content(part), None, mail.found)))
    else:
        _read_leaf(kind, part, mail)


def _read_parts(kind: str, part: Part, raw: bytes | None, mail: Mail, *, level: int) -> None:
    inner = [one for one in part.get_payload() if isinstance(one, Message)]
    cut = _cut(raw, part.get_boundary(), len(inner))
    both = list(zip(inner, cut, strict=True))
    if kind == "multipart/alternative":
        best = _best(inner)
        for number, (one, piece) in enumerate(both):
            if number == best:
                _read_part(one, piece, mail, level=level)
            else:
                _read_besides(one, piece, mail, level=level)
        return
    if kind == "multipart/signed":
        mail.found["mail-signed"] = 1
        # A signature says nothing by itself: it stays with what it signs, in the original.
        both = [(one, piece) for one, piece in both if one.get_content_type() not in SIGNATURES]
    elif kind == "multipart/encrypted":
        mail.found["mail-encrypted"] = 1
    elif kind == "multipart/related":
        # Pictures first: the text in front of them refers to them.
        for one in inner[1:]:
            _keep_picture(one, mail)
        both = both[:1] + [(one, piece) for one, piece in both[1:] if not _is_picture(one)]
    for one, piece in both:
        _read_part(one, piece, mail, level=level)


def _read_besides(part: Part, raw: bytes | None, mail: Mail, *, level: int) -> None:
    """Of another form of the same text only what is enclosed in it."""
    other = Mail(pictures=mail.pictures, enclosed=mail.enclosed, found=mail.found)
    _read_part(part, raw, other, level=level)


def _best(inner: Sequence[Part]) -> int:
    """Which of several forms of the same text is shown: the last with markup, else the last."""
    for wanted in ("text/html", "multipart/related", "multipart/mixed", "text/plain"):
        for number in reversed(range(len(inner))):
            if inner[number].get_content_type() == wanted:
                return number
    return len(inner) - 1


def _read_leaf(kind: str, part: Part, mail: Mail) -> None:
    content = _content(part)
    attached = part.get_content_disposition() == "attachment" or bool(_filename(part))
    if kind in ("text/plain", "text/html") and not attached:
        text = decoded(content, part.get_content_charset(), mail.found)
        markup = kind == "text/html"
        text = _unflowed(text) if not markup and _is_flowed(part) else text
        mail.bodies.append(Body(text, markup))
        return
    if kind in SMIME:
        sealed = str(part.get_param("smime-type") or "").lower() not in (
            "signed-data",
            "certs-only",
        )
        mail.found["mail-encrypted" if sealed else "mail-signed"] = 1
    elif kind == "application/ms-tnef" or _filename(part).lower() == "winmail.dat":
        mail.found["mail-winmail"] = 1
    elif _is_picture(part):
        _keep_picture(part, mail)
        return
    mail.enclosed.append(Enclosed(_name(part, mail), content))


def _is_flowed(part: Part) -> bool:
    return str(part.get_param("format") or "").lower() == "flowed"


def _unflowed(text: str) -> str:
    """Join lines that end in a blank with the next one (RFC 3676), the mark of signatures apart."""
    return re.sub(r"(?<!^--) \r?\n(?![>\r\n])", " ", text, flags=re.MULTILINE)


def _is_picture(part: Part) -> bool:
    return (
        part.get_content_maintype() == "image"
        and bool(part.get("Content-ID"))
        and part.get_content_disposition() != "attachment"
    )


def _keep_picture(part: Part, mail: Mail) -> None:
    if _is_picture(part):
        key = str(part.get("Content-ID")).strip().strip("<>")
        mail.pictures.setdefault(key, Picture(_name(part, mail), _content(part)))


def _enclose_message(part: Part, raw: bytes | None, mail: Mail) -> None:
    content: bytes | None = None
    if raw is not None:
        content = _halves(raw)[2]
        how = str(part.get("Content-Transfer-Encoding") or "").strip().lower()
        if how in ("base64", "quoted-printable"):
            carrier = EmailMessage(policy=policy.compat32)
            carrier["Content-Transfer-Encoding"] = how
            carrier.set_payload(content.decode("ascii", "replace"))
            content = _content(carrier)
    inner = part.get_payload()
    first = inner[0] if isinstance(inner, list) and inner else None
    if content is None and isinstance(first, Message):
        content = first.as_bytes(policy=policy.compat32)
    name = _filename(part)
    if not name and isinstance(first, Message):
        name = _head(first, "Subject")
    name = name or "Nachricht"
    if not name.lower().endswith((".eml", ".msg")):
        name += ".eml"
    mail.enclosed.append(Enclosed(name, content or b""))


def _content(part: Part) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _whole(part: Part, raw: bytes | None) -> bytes:
    """A part that holds others and is no message, as it stands there, without its own head."""
    return _halves(raw)[2] if raw is not None else part.as_bytes(policy=policy.compat32)


def _filename(part: Part) -> str:
    try:
        return words(part.get_filename() or "")
    except BROKEN:
        return ""


def _name(part: Part, mail: Mail) -> str:
    given = _filename(part)
    if given:
        return given
    kind = part.get_content_type()
    ending = {"application/pkcs7-mime": ".p7m", "image/jpeg": ".jpg"}.get(
        kind, ENDINGS.guess_extension(kind) or ".bin"
    )
    return f"Anlage-{len(mail.enclosed) + len(mail.pictures) + 1}{ending}"


def _halves(raw: bytes) -> tuple[bytes, bytes, bytes]:
    """Head, what parts them, and body; a part may begin with its body at once."""
    if raw.startswith((b"\n", b"\r\n")):
        first = raw.index(b"\n") + 1
        return b"", raw[:first], raw[first:]
    found = HEAD_END.search(raw)
    return (raw[: found.start()], found.group(), raw[found.end() :]) if found else (raw, b"", b"")


def _cut(raw: bytes | None, boundary: str | None, parts: int) -> list[bytes | None]:
    """The very bytes of each part, as a signature in one of them needs it; None where unsure."""
    if raw is None or not boundary:
        return [None] * parts
    mark = re.escape(boundary.encode("utf-8", "surrogateescape"))
    body = _halves(raw)[2]
    marks = list(re.finditer(rb"(?:\A|\r?\n)--" + mark + rb"(--)?[ \t]*(?:\r?\n|\Z)", body))
    pieces: list[bytes | None] = []
    for place, one in enumerate(marks):
        if one.group(1):
            break
        end = marks[place + 1].start() if place + 1 < len(marks) else len(body)
        pieces.append(body[one.end() : max(one.end(), end)])
    return pieces if len(pieces) == parts else [None] * parts
