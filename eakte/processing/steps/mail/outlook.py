"""What does a message of Outlook (.msg, MS-OXMSG) say and hold?

A message inside another one has no bytes of its own there, only properties; it is written anew
after RFC 5322, always to the same bytes, and what Outlook kept of it stays in the original.
"""

from __future__ import annotations

import hashlib
import struct
from email import policy
from email.message import EmailMessage
from email.parser import HeaderParser
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from olefile import OleFileIO
from oxmsg.domain import constants
from oxmsg.properties import Properties
from oxmsg.storage import Storage

from eakte.processing.machine import must_not_be_to_blame
from eakte.processing.steps.mail.message import (
    BROKEN,
    Body,
    Enclosed,
    Mail,
    Picture,
    decoded,
    moment,
)
from eakte.processing.steps.mail.rfc822 import words
from eakte.processing.steps.mail.rich_text import words_of

# Where properties begin: in a message, in one inside another, elsewhere (MS-OXMSG 2.4).
OF_MESSAGE, OF_INNER_MESSAGE, OF_PART = 32, 24, 8
INNER_MESSAGE = "__substg1.0_3701000D"
RECIPIENT_TYPE, RTF_COMPRESSED = 0x0C15, 0x1009
TO, COPY = 1, 2
MOST_LEVELS = 8
# What olefile and oxmsg raise at containers that are cut off or lie about themselves.
DAMAGED = (*BROKEN, OSError, struct.error)


def read_outlook(path: Path) -> Mail:
    """Read a message; never raises for any content."""
    try:
        with OleFileIO(str(path)) as container:
            return _read(Storage.from_ole(container), offset=OF_MESSAGE, level=0)
    except DAMAGED as error:
        must_not_be_to_blame(error)
        mail = Mail()
        mail.found["mail-broken"] = 1
        return mail


def _read(storage: Storage, *, offset: int, level: int) -> Mail:
    mail = Mail()
    told = Properties(storage, properties_header_offset=offset)
    head = HeaderParser(policy=policy.compat32).parsestr(
        _text(told, constants.PID_TRANSPORT_MESSAGE_HEADERS)
    )
    mail.sender = words(str(head["From"] or "")) or _address(
        _text(told, constants.PID_SENDER_NAME),
        _text(told, constants.PID_SENDER_SMTP_ADDRESS)
        or _text(told, constants.PID_SENDER_EMAIL_ADDRESS),
    )
    mail.recipients = (
        words(str(head["To"] or ""))
        or _people(storage, TO)
        or _text(told, constants.PID_DISPLAY_TO)
    )
    mail.copies = (
        words(str(head["Cc"] or ""))
        or _people(storage, COPY)
        or _text(told, constants.PID_DISPLAY_CC)
    )
    mail.subject = _text(told, constants.PID_SUBJECT)
    mail.message_id = words(str(head["Message-ID"] or "")) or _text(
        told, constants.PID_INTERNET_MESSAGE_ID
    )
    mail.sent_at = moment(_asked(told.date_prop_value, constants.PID_CLIENT_SUBMIT_TIME))
    _read_text(told, mail)
    for number, one in enumerate(storage.iter_attachment_storages(), start=1):
        try:
            _read_attachment(one, mail, number=number, level=level)
        except DAMAGED as error:
            must_not_be_to_blame(error)
            mail.found["mail-broken"] = 1
    return mail


def _read_text(told: Properties, mail: Mail) -> None:
    markup = _asked(told.binary_prop_value, constants.PID_HTML)
    if markup:
        charset = _asked(lambda _: told.body_encoding, 0)
        mail.bodies.append(Body(decoded(markup, charset, mail.found), markup=True))
    elif written := _text(told, constants.PID_BODY_HTML):
        mail.bodies.append(Body(written, markup=True))
    elif plain := _text(told, constants.PID_BODY):
        mail.bodies.append(Body(plain))
    elif kept := _asked(told.binary_prop_value, RTF_COMPRESSED):
        rich = words_of(kept)
        if rich is None:
            mail.found["mail-rtf"] = 1
            return
        mail.bodies.append(Body(rich[0]))
        if rich[1]:
            mail.found["mail-as-words"] = 1


def _read_attachment(storage: Storage, mail: Mail, *, number: int, level: int) -> None:
    told = Properties(storage, properties_header_offset=OF_PART)
    name = (
        _text(told, constants.PID_ATTACH_LONG_FILENAME)
        or _text(told, constants.PID_ATTACH_FILENAME)
        or _text(told, constants.PID_DISPLAY_NAME)
    )
    inner = next((one for one in storage.storages if one.name == INNER_MESSAGE), None)
    if inner is not None and any(one.name == "__properties_version1.0" for one in inner.streams):
        if level >= MOST_LEVELS:
            mail.found["mail-too-deep"] += 1
            return
        content = _written(_read(inner, offset=OF_INNER_MESSAGE, level=level + 1))
        stem = name.removesuffix(".msg").removesuffix(".eml") or "Nachricht"
        mail.enclosed.append(Enclosed(f"{stem}.eml", content))
        return
    held = _asked(told.binary_prop_value, constants.PID_ATTACH_DATA_BINARY)
    if held is None:
        # A mere reference to a place on somebody's disk, or an object of another program.
        mail.found["mail-reference"] += 1
        return
    name = name or f"Anlage-{number}.bin"
    key = _text(told, constants.PID_ATTACH_CONTENT_ID).strip().strip("<>")
    kind = _text(told, constants.PID_ATTACH_MIME_TAG)
    if key and (kind.startswith("image/") or _looks_like_picture(held)):
        mail.pictures.setdefault(key, Picture(name, held))
        return
    if name.lower() == "smime.p7m" or kind in ("multipart/signed", "application/pkcs7-mime"):
        mail.found["mail-signed" if kind == "multipart/signed" else "mail-encrypted"] = 1
    elif name.lower() == "winmail.dat":
        mail.found["mail-winmail"] = 1
    mail.enclosed.append(Enclosed(name, held))


def _looks_like_picture(content: bytes) -> bool:
    return content.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8"))


def _people(storage: Storage, kind: int) -> str:
    named = []
    for one in storage.iter_recipient_storages():
        told = Properties(one, properties_header_offset=OF_PART)
        if (_asked(told.int_prop_value, RECIPIENT_TYPE) or TO) & 0xF == kind:
            address = _text(told, constants.PID_SMTP_ADDRESS) or _text(
                told, constants.PID_EMAIL_ADDRESS
            )
            named.append(_address(_text(told, constants.PID_DISPLAY_NAME), address))
    return ", ".join(one for one in named if one)


def _address(name: str, address: str) -> str:
    # An address of Exchange's own directory (/O=…) tells nobody anything beside the name.
    if not address or address == name or (name and "@" not in address):
        return name or address
    return f"{name} <{address}>" if name else address


def _text(told: Properties, which: int) -> str:
    said = str(_asked(told.str_prop_value, which) or "").rstrip("\0").replace("\0", " ")
    return said.encode("utf-8", "replace").decode("utf-8")


def _asked(ask: Any, which: int) -> Any:
    """One property; None where it is missing or its value is damaged."""
    try:
        return ask(which)
    except DAMAGED as error:
        must_not_be_to_blame(error)
        return None


def _written(mail: Mail) -> bytes:
    """A message after RFC 5322 that says and holds the same; the same bytes every time."""
    message = EmailMessage(policy=policy.SMTP.clone(utf8=True))
    for name, value in (
        ("From", mail.sender),
        ("To", mail.recipients),
        ("Cc", mail.copies),
        ("Subject", mail.subject),
        ("Date", format_datetime(mail.sent_at) if mail.sent_at else ""),
        ("Message-ID", mail.message_id),
    ):
        if value:
            _set(message, name, " ".join(value.split()))
    text = "\n".join(body.text for body in mail.bodies)
    markup = any(body.markup for body in mail.bodies)
    message.set_content(text, subtype="html" if markup else "plain", cte="base64")
    sums = hashlib.sha256(text.encode("utf-8", "replace"))
    for key, picture in mail.pictures.items():
        _add(message, picture.name, picture.content, key=key)
        sums.update(picture.content)
    for one in mail.enclosed:
        _add(message, one.name, one.content)
        sums.update(one.content)
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{sums.hexdigest()[:32]}_{number}")
    return message.as_bytes()


def _set(message: EmailMessage, name: str, value: str) -> None:
    try:
        message[name] = value
    except BROKEN:
        message[name] = value.encode("ascii", "replace").decode().replace("\n", " ")


def _add(message: EmailMessage, name: str, content: bytes, *, key: str = "") -> None:
    message.add_attachment(
        content,
        maintype="image" if key else "application",
        subtype="png" if key else "octet-stream",
        filename=name,
        disposition="inline" if key else "attachment",
        cid=f"<{key}>" if key else None,
    )
