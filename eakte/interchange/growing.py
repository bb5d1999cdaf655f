"""How does a PDF grow by thousands of pages while only a few of them are held in memory?

The library keeps every object of a document that it writes. So a large one is written here part by
part: what belongs to the pages of a part goes to the end of the file under new numbers, and is
forgotten. What is kept is where each object begins.

It knows PDF only (ISO 32000-1, 7.3 to 7.7), to be quick to start.
"""

from __future__ import annotations

import re
import secrets
from array import array
from collections.abc import Sequence
from itertools import islice
from typing import BinaryIO

import pikepdf
from pikepdf import Name, Object, Pdf, Stream

from eakte.interchange.stamping import inherited

HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
Numbers = dict[tuple[int, int], int]


class Growing:
    """A PDF that is written from its beginning to its end.

    ``take`` for each part, then ``finish``; the target holds no PDF before.
    """

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._begins = array("Q", [0])
        self._place = target.write(HEADER)
        self._tree = self._number()
        self._nodes: list[tuple[int, int]] = []
        # No document can name what is told apart by chance.
        self._sign = f"/X{secrets.token_hex(8)}."
        sign = re.escape(self._sign).encode()
        # Texts are passed over, whatever they look like.
        self._named = re.compile(
            rb"\((?:[^\\()]|\\.)*\)|<[0-9A-Fa-f]*>|" + sign + rb"(\d+)|(?<![^ \[])(\d+) (\d+) R\b",
            re.DOTALL,
        )

    def place_of(self, number: int) -> Name:
        """Return what stands for an object of the file in a document that is not taken yet."""
        return Name(f"{self._sign}{number}")

    def take(self, pdf: Pdf) -> list[int]:
        """Write the pages of a document behind those that are there; returns their numbers.

        The document is worth nothing afterwards.
        """
        numbers: Numbers = {}
        return self._take(pdf, numbers)

    def finish(self, pdf: Pdf) -> None:
        """Write a document whose pages come before all others and whose catalogue is that of all.

        The document is worth nothing afterwards.
        """
        numbers: Numbers = {}
        self._take(pdf, numbers)
        self._nodes.insert(0, self._nodes.pop())
        pdf.Root["/Pages"] = self.place_of(self._tree)
        asked = [pdf.Root, *([pdf.trailer["/Info"]] if "/Info" in pdf.trailer else [])]
        found = [self._number_of(one.objgen, numbers) for one in asked]
        self._write_reached(pdf, numbers)
        kids = b" ".join(b"%d 0 R" % node for node, _ in self._nodes)
        count = sum(pages for _, pages in self._nodes)
        self._write(self._tree, b"<< /Type /Pages /Count %d /Kids [ %s ] >>" % (count, kids))
        self._end(found[0], found[1] if len(found) > 1 else 0)

    def _take(self, pdf: Pdf, numbers: Numbers) -> list[int]:
        leaves = [page.obj for page in pdf.pages]
        node = self._number()
        for leaf in leaves:
            for key in INHERITED:
                if key not in leaf and (found := inherited(leaf, key)) is not None:
                    leaf[key] = found
        for leaf in leaves:
            leaf["/Parent"] = self.place_of(node)
        pages = [self._number_of(leaf.objgen, numbers) for leaf in leaves]
        self._write_reached(pdf, numbers)
        kids = b" ".join(b"%d 0 R" % page for page in pages)
        said = b"<< /Type /Pages /Parent %d 0 R /Count %d /Kids [ %s ] >>"
        self._write(node, said % (self._tree, len(pages), kids))
        self._nodes.append((node, len(pages)))
        return pages

    @pikepdf.explicit_conversion()
    def _write_reached(self, pdf: Pdf, numbers: Numbers) -> None:
        """Write everything that has a number and was not written, and all that it names."""
        done = sum(1 for number in numbers.values() if self._begins[number])
        while done < len(numbers):
            # What is found on the way gets the next numbers, and so stands behind.
            for objgen in list(islice(numbers, done, None)):
                self._write(numbers[objgen], self._told(pdf.get_object(objgen), numbers))
                done += 1

    def _told(self, thing: Object, numbers: Numbers) -> bytes:
        if not isinstance(thing, Stream):
            return self._renumbered(thing.unparse(resolved=True), numbers)
        content = thing.read_raw_bytes()
        facts = thing.stream_dict
        facts["/Length"] = len(content)
        head = self._renumbered(facts.unparse(resolved=True), numbers)
        return b"%s\nstream\n%s\nendstream" % (head, content)

    def _renumbered(self, told: bytes, numbers: Numbers) -> bytes:
        def named(found: re.Match[bytes]) -> bytes:
            if found[1]:
                return b"%d 0 R" % int(found[1])
            if found[2]:
                return b"%d 0 R" % self._number_of((int(found[2]), int(found[3])), numbers)
            return found[0]

        return self._named.sub(named, told)

    def _number_of(self, objgen: tuple[int, int], numbers: Numbers) -> int:
        known = numbers.get(objgen)
        if known is None:
            known = numbers[objgen] = self._number()
        return known

    def _number(self) -> int:
        self._begins.append(0)
        return len(self._begins) - 1

    def _write(self, number: int, told: bytes) -> None:
        self._begins[number] = self._place
        self._place += self._target.write(b"%d 0 obj\n%s\nendobj\n" % (number, told))

    def _end(self, root: int, facts: int) -> None:
        count, at = len(self._begins), self._place
        self._target.write(b"xref\n0 %d\n0000000000 65535 f \n" % count)
        self._target.writelines(b"%010d 00000 n \n" % begin for begin in self._begins[1:])
        named = secrets.token_hex(16).encode()
        also = b" /Info %d 0 R" % facts if facts else b""
        self._target.write(
            b"trailer\n<< /Size %d /Root %d 0 R%s /ID [ <%s> <%s> ] >>\nstartxref\n%d\n%%%%EOF\n"
            % (count, root, also, named, named, at)
        )


def parted(pages: Sequence[int], *, most_parts: int, most_pages: int) -> list[slice]:
    """Say which documents with so many pages go together: some, or a single large one."""
    found, first, held = [], 0, 0
    for place, count in enumerate(pages):
        if place > first and (place - first >= most_parts or held + count > most_pages):
            found.append(slice(first, place))
            first, held = place, 0
        held += count
    return [*found, slice(first, len(pages))] if pages else []
