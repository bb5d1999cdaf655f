"""Messages as the world sends them, built by hand where a library would make them too tidy."""

from __future__ import annotations

import struct
from base64 import b64encode
from collections.abc import Mapping, Sequence
from io import BytesIO

from PIL import Image

HEAD = (
    b"From: =?utf-8?q?M=C3=BCller=2C_J=C3=B6rg?= <mueller@example.org>\r\n"
    b"To: Amt <post@amt.example>\r\n"
    b"Date: Mon, 12 Jan 2026 09:15:00 +0100\r\n"
    b"Message-ID: <%s@example.org>\r\n"
    b"Subject: %s\r\n"
    b"MIME-Version: 1.0\r\n"
)
A_TEXT = b"Content-Type: text/plain; charset=utf-8\r\n\r\nGuten Tag, anbei der Befund.\r\n"
A_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n"
)


def head(subject: bytes = b"Befund", number: bytes = b"eins") -> bytes:
    return HEAD % (number, subject)


def mixed(
    *parts: bytes, kind: bytes = b"mixed", mark: bytes = b"grenze", more: bytes = b""
) -> bytes:
    """The rest of a message of several parts, from its Content-Type on."""
    inside = b"".join(b"--" + mark + b"\r\n" + part + b"\r\n" for part in parts)
    return (
        b"Content-Type: multipart/" + kind + b'; boundary="' + mark + b'"' + more + b"\r\n\r\n"
        b"Zeile davor.\r\n" + inside + b"--" + mark + b"--\r\n"
    )


def attached(
    name: bytes, content: bytes, kind: bytes = b"application/octet-stream", more: bytes = b""
) -> bytes:
    lines = b64encode(content)
    wrapped = b"\r\n".join(lines[start : start + 76] for start in range(0, len(lines), 76))
    return (
        b"Content-Type: " + kind + b"\r\nContent-Transfer-Encoding: base64\r\n"
        b'Content-Disposition: attachment; filename="' + name + b'"\r\n' + more + b"\r\n" + wrapped
    )


def inline(key: bytes, content: bytes, name: bytes = b"bild.png") -> bytes:
    return attached(name, content, b"image/png", b"Content-ID: <" + key + b">\r\n").replace(
        b"Disposition: attachment", b"Disposition: inline"
    )


def message_part(inner: bytes) -> bytes:
    return b"Content-Type: message/rfc822\r\n\r\n" + inner


def picture(width: int = 60, height: int = 40) -> bytes:
    target = BytesIO()
    Image.new("RGB", (width, height), (200, 30, 30)).save(target, "PNG")
    return target.getvalue()


# --- Outlook: a compound file (MS-CFB) with the streams of MS-OXMSG -----------------------------

SECTOR, SMALL_SECTOR, SMALL = 512, 64, 4096
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
TEXT, BYTES, WHOLE, MOMENT = 0x001F, 0x0102, 0x0003, 0x0040

Tree = Mapping[str, "bytes | Tree"]
Properties = Mapping[tuple[int, int], "str | bytes | int"]


def properties(told: Properties, *, before: bytes) -> dict[str, bytes | Tree]:
    """The streams of one object; ``before`` is what its list of properties begins with."""
    listed, streams = before, {}
    for (which, kind), value in told.items():
        if isinstance(value, int):
            held = struct.pack("<Q", value)
        else:
            content = value.encode("utf-16-le") if isinstance(value, str) else value
            streams[f"__substg1.0_{which:04X}{kind:04X}"] = content
            held = struct.pack("<II", len(content) + (2 if kind == TEXT else 0), 0)
        listed += struct.pack("<HHI", kind, which, 6) + held
    return {"__properties_version1.0": listed, **streams}


def outlook(
    told: Properties, attachments: Sequence[Tree | Properties] = (), *, inner: bool = False
) -> dict[str, bytes | Tree]:
    """The tree of a message; an attachment is a list of properties, or the tree of a message."""
    before = struct.pack("<8xIIII", 0, len(attachments), 0, len(attachments))
    tree = properties(told, before=before if inner else before + bytes(8))
    for number, one in enumerate(attachments):
        name = f"__attach_version1.0_#{number:08X}"
        if any(isinstance(key, str) for key in one):
            marks: Properties = {(0x3705, WHOLE): 5, (0x3001, TEXT): "Weitergeleitet"}
            tree[name] = properties(marks, before=bytes(8)) | {"__substg1.0_3701000D": one}
        else:
            tree[name] = properties(one, before=bytes(8))
    return tree


def compound(tree: Tree) -> bytes:
    """The bytes of a compound file with these streams and storages."""
    entries: list[list[object]] = []
    small, large = bytearray(), []

    def enter(name: str, kind: int) -> int:
        entries.append([name, kind, FREE, FREE, 0, 0])  # name, kind, right, child, start, size
        return len(entries) - 1

    def fill(parent: int, inside: Tree) -> None:
        before = None
        for name in sorted(inside, key=lambda one: (len(one), one.upper())):
            held = inside[name]
            place = enter(name, 2 if isinstance(held, bytes) else 1)
            entries[parent if before is None else before][3 if before is None else 2] = place
            before = place
            if isinstance(held, bytes):
                entries[place][5] = len(held)
                if not held:
                    entries[place][4] = END
                elif len(held) < SMALL:
                    entries[place][4] = len(small) // SMALL_SECTOR
                    small.extend(held + bytes(-len(held) % SMALL_SECTOR))
                else:
                    large.append((place, held))
            else:
                fill(place, held)

    root = enter("Root Entry", 5)
    fill(root, tree)
    chains: list[int] = []
    sectors = bytearray()

    def lay(content: bytes) -> int:
        start = len(chains)
        count = -(-len(content) // SECTOR)
        chains.extend([*range(start + 1, start + count), END])
        sectors.extend(content + bytes(-len(content) % SECTOR))
        return start

    for place, held in large:
        entries[place][4] = lay(held)
    small_chains: list[int] = []
    for entry in entries:
        size, start = int(str(entry[5])), int(str(entry[4]))
        if entry[1] == 2 and 0 < size < SMALL:
            count = -(-size // SMALL_SECTOR)
            small_chains.extend([*range(start + 1, start + count), END])
    entries[root][4], entries[root][5] = (lay(bytes(small)), len(small)) if small else (END, 0)
    table = b"".join(struct.pack("<I", one) for one in small_chains)
    table += b"\xff" * (-len(table) % SECTOR)
    small_start = lay(table) if table else END
    directory = b""
    for name, kind, right, child, start, size in entries:
        written = (str(name) + "\0").encode("utf-16-le")
        directory += written.ljust(64, b"\0") + struct.pack(
            "<HBBIII16xI16xIQ", len(written), kind, 1, FREE, right, child, 0, start, size
        )
    directory_start = lay(directory.ljust(-(-len(directory) // SECTOR) * SECTOR, b"\0"))
    tables = 1
    while tables * SECTOR // 4 < len(chains) + tables:
        tables += 1
    fat_start = len(chains)
    chains.extend([FAT] * tables)
    fat = b"".join(struct.pack("<I", one) for one in chains).ljust(tables * SECTOR, b"\xff")
    first = struct.pack(
        "<8s16xHHHHH6xIIIIIIIIII",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6),
        *(0, tables, directory_start, 0, SMALL, small_start, len(table) // SECTOR, END, 0),
        fat_start,
    )
    more = b"".join(struct.pack("<I", fat_start + one) for one in range(1, tables))
    return (first + more).ljust(SECTOR, b"\xff") + bytes(sectors) + fat
