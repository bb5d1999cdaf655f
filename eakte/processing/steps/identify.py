"""What are these bytes? Answered from the content; the name is asked when nothing else helps."""

from __future__ import annotations

import re
import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path

import magic
import olefile
import puremagic

from eakte.interchange.xjustiz.message import MESSAGE_TYPE, PACKAGE_TYPE
from eakte.interchange.xjustiz.package import is_package
from eakte.interchange.xjustiz.reading import begins_like_a_message
from eakte.model.findings import Kind
from eakte.processing.machine import must_not_be_to_blame

HEAD = 65536
PDF_HEADER_WITHIN = 1024
MAIL_HEADERS = frozenset(
    b"from to cc subject date received return-path message-id mime-version delivered-to "
    b"reply-to x-mailer content-type".split()
)
SENT = frozenset({b"from", b"received", b"return-path", b"date"})
UTF8_MARK = b"\xef\xbb\xbf"
IMAGES = {
    "image/tiff": "image/tiff",
    "image/jpeg": "image/jpeg",
    "image/png": "image/png",
    "image/webp": "image/webp",
    "image/gif": "image/gif",
    "image/bmp": "image/bmp",
    "image/x-ms-bmp": "image/bmp",
    "image/heic": "image/heic",
    "image/heif": "image/heif",
    "image/heic-sequence": "image/heic",
    "image/avif": "image/avif",
}
SIGNATURES = (
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"II+\0", "image/tiff"),
    (b"MM\0+", "image/tiff"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
ARCHIVES = (
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"MSCF", "application/vnd.ms-cab-compressed"),
)
HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"heif"})
READABLE_TEXT = frozenset(
    {"text/plain", "text/csv", "text/xml", "application/xml", "application/json", "text/markdown"}
)
SHOWN_BY_BROWSERS_ONLY = frozenset({"text/html", "image/svg+xml", "application/xhtml+xml"})
OFFICE = re.compile(
    r"officedocument|opendocument|msword|ms-excel|ms-powerpoint|text/rtf|application/rtf|epub"
)
# The object identifier 1.2.840.113549.1.7.2 (RFC 5652, section 5.1).
SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
STREAMS = (
    ("EncryptedPackage", "application/vnd.ms-office.encrypted-package"),
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
)
OUTLOOK_STREAM = "__properties_version1.0".encode("utf-16-le")
MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,90}")


@dataclass(frozen=True)
class Identity:
    """What the bytes are; ``code`` names the problem that goes with the type, if there is one."""

    media_type: str
    kind: Kind
    code: str | None = None
    refused: bool = False


def identify(path: Path, *, name: str = "") -> Identity:
    """Say what the content is; never raises for any content.

    Our own look at containers wins, then python-magic and puremagic together; the name decides
    only between kinds of text.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if not head:
        return Identity("application/x-empty", Kind.UNKNOWN, code="empty", refused=True)
    return (
        _by_signature(head)
        or _by_cms(head)
        or _by_container(path, head)
        or _by_message(head)
        or _by_mail_headers(head, name=name)
        or _behind_something(head)
        or _by_libraries(path, head, name=name)
    )


def _by_signature(head: bytes) -> Identity | None:
    if head.startswith(b"%PDF-"):
        return Identity("application/pdf", Kind.PDF)
    for signature, media_type in SIGNATURES:
        if head.startswith(signature):
            return Identity(media_type, Kind.IMAGE)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Identity("image/webp", Kind.IMAGE)
    if (
        head[:2] == b"BM"
        and len(head) > 30
        and struct.unpack("<I", head[14:18])[0] in (12, 40, 108, 124)
    ):
        return Identity("image/bmp", Kind.IMAGE)
    if head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS:
        return Identity("image/heic", Kind.IMAGE)
    return None


def _behind_something(head: bytes) -> Identity | None:
    """A PDF may begin a little later; asked after messages, whose heads may speak of one."""
    if b"%PDF-" in head[:PDF_HEADER_WITHIN]:
        return Identity("application/pdf", Kind.PDF)
    return None


def _by_cms(head: bytes) -> Identity | None:
    """A signature in a document of its own, as PKCS#7 alone or with what it is about inside."""
    armoured = head.lstrip()[:40]
    if armoured.startswith((b"-----BEGIN PKCS7-----", b"-----BEGIN CMS-----")) or (
        head[:1] == b"\x30" and SIGNED_DATA in head[:24]
    ):
        return Identity("application/pkcs7-signature", Kind.SIGNATURE)
    return None


def _by_container(path: Path, head: bytes) -> Identity | None:
    if head.startswith(b"PK\x03\x04"):
        office = _office_in_zip(path)
        if office:
            return Identity(office, Kind.OFFICE)
        if is_package(path):
            return Identity(PACKAGE_TYPE, Kind.COURT)
    if head.startswith(OLE2):
        return _in_ole2(path, head)
    for signature, media_type in ARCHIVES:
        if head.startswith(signature):
            return Identity(media_type, Kind.ARCHIVE, code="archive", refused=True)
    if head[257:262] == b"ustar":
        return Identity("application/x-tar", Kind.ARCHIVE, code="archive", refused=True)
    return None


def _office_in_zip(path: Path) -> str | None:
    """The media type of the office document that this ZIP is, or None for any other archive."""
    try:
        with zipfile.ZipFile(path) as container:
            names = set(container.namelist()[:4096])
            if "mimetype" in names:
                with container.open("mimetype") as stream:
                    declared = stream.read(100).decode("ascii", "replace").strip()
                if OFFICE.search(declared) and MEDIA_TYPE.fullmatch(declared):
                    return declared
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        OSError,
        ValueError,
        RuntimeError,
        EOFError,
    ) as error:
        must_not_be_to_blame(error)
        return None
    if "[Content_Types].xml" not in names:
        return None
    office = "application/vnd.openxmlformats-officedocument."
    for folder, kind in (
        ("word/", "wordprocessingml.document"),
        ("xl/", "spreadsheetml.sheet"),
        ("ppt/", "presentationml.presentation"),
    ):
        if any(part.startswith(folder) for part in names):
            return office + kind
    return None


def _in_ole2(path: Path, head: bytes) -> Identity:
    """Old Office or an Outlook message: both are OLE2, their directory tells."""
    known = _libmagic(head)
    with path.open("rb") as stream:
        mail = OUTLOOK_STREAM in stream.read(8 * 1024 * 1024)
    if mail or known == "application/vnd.ms-outlook":
        return Identity("application/vnd.ms-outlook", Kind.MAIL)
    office = _office_in_ole2(path)
    if office is None and OFFICE.search(known):
        return Identity(known, Kind.OFFICE)
    if office is not None:
        return Identity(office, Kind.OFFICE)
    return Identity("application/x-ole-storage", Kind.UNKNOWN, code="unknown-type")


def _office_in_ole2(path: Path) -> str | None:
    """The media type of the old Office document, or of the encrypted new one, that this is."""
    try:
        with olefile.OleFileIO(str(path)) as container:
            for stream, media_type in STREAMS:
                if container.exists(stream):
                    return media_type
    except (OSError, ValueError, IndexError, TypeError, struct.error, AttributeError) as error:
        must_not_be_to_blame(error)
        return None
    return None


def _by_mail_headers(head: bytes, *, name: str) -> Identity | None:
    """A message begins with header lines, at least two of them well known ones.

    One that is called a message may have fewer: drafts and broken programs leave some out.
    """
    known: set[bytes] = set()
    whole = True
    for number, line in enumerate(head.removeprefix(UTF8_MARK).split(b"\n", 60)[:60]):
        line = line.rstrip(b"\r")
        if not line:
            break
        if line[:1] in b" \t" or (number == 0 and line.startswith(b"From ")):
            continue
        field, colon, _ = line.partition(b":")
        if not colon or not re.fullmatch(rb"[!-9;-~]{1,60}", field):
            whole = False
            break
        known.add(field.lower())
    sure = whole and len(known & MAIL_HEADERS) >= 2 and known & SENT
    if sure or (called_message(name) and known & MAIL_HEADERS):
        return Identity("message/rfc822", Kind.MAIL)
    return None


def called_message(name: str) -> bool:
    """Say whether a name claims to be that of a message."""
    return name.lower().endswith((".eml", ".msg"))


def _by_message(head: bytes) -> Identity | None:
    """A message from a court that came without its documents."""
    markup = head[:256].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").startswith(b"<")
    if markup and begins_like_a_message(head):
        return Identity(MESSAGE_TYPE, Kind.COURT)
    return None


def _by_libraries(path: Path, head: bytes, *, name: str) -> Identity:
    guesses = [_libmagic(head), *_puremagic(head)]
    for guess in guesses:
        if guess in IMAGES:
            return Identity(IMAGES[guess], Kind.IMAGE)
    first = next((guess for guess in guesses if guess != "application/octet-stream"), guesses[0])
    if OFFICE.search(first):
        return Identity(first, Kind.OFFICE)
    if _reads_as_text(head) and first not in SHOWN_BY_BROWSERS_ONLY:
        return Identity(_kind_of_text(first, name=name), Kind.TEXT)
    return Identity(first, Kind.UNKNOWN, code="unknown-type")


def _kind_of_text(guess: str, *, name: str) -> str:
    if guess in READABLE_TEXT and guess != "text/plain":
        return guess
    return "text/csv" if name.lower().endswith(".csv") else "text/plain"


def _reads_as_text(head: bytes) -> bool:
    """Whether the bytes are text in one of the encodings that German offices use."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    if b"\0" in head:
        return False
    strange = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head)
    return strange == 0


def _libmagic(head: bytes) -> str:
    try:
        guess = str(magic.from_buffer(head, mime=True))
    except magic.MagicException:
        return "application/octet-stream"
    return guess if MEDIA_TYPE.fullmatch(guess) else "application/octet-stream"


def _puremagic(head: bytes) -> list[str]:
    try:
        guess = str(puremagic.from_string(head, mime=True))
    except (puremagic.PureError, ValueError, IndexError, struct.error):
        return []
    return [guess] if MEDIA_TYPE.fullmatch(guess) else []
