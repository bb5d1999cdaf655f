"""Redactions as people do them badly, each in the way of the public collections of such documents.

Named after what the documents of the x-ray collection (Free Law Project) show, and beside them what
they must not be mistaken for.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pikepdf
from fpdf import FPDF
from pikepdf import Array, Dictionary, Name, OutlineItem, Stream
from PIL import Image, ImageDraw

from eakte.demo.paper import Face
from eakte.demo.typesetting import font
from eakte.fonts import PLAIN, fonts

SECRET = "Geheimnis Muster"
AT = (72.0, 120.0)
BOX = (70.0, 108.0, 130.0, 16.0)
Draw = Callable[[FPDF], None]


def sheet(*draws: Draw, opened: bool = True) -> bytes:
    """A page in points with an open line, and whatever is drawn on it, in this order."""
    pdf = FPDF(format="A4", unit="pt")
    pdf.add_font("s", "", str(fonts() / PLAIN))
    pdf.set_font("s", "", 12)
    pdf.add_page()
    if opened:
        pdf.text(72, 80, "Offen lesbar steht hier ein Satz.")
    for draw in draws:
        draw(pdf)
    return bytes(pdf.output())


def secret(pdf: FPDF) -> None:
    pdf.set_text_color(0)
    pdf.text(*AT, SECRET)


def secret_in(*colour: int) -> Draw:
    def draw(pdf: FPDF) -> None:
        pdf.set_text_color(*colour)
        pdf.text(*AT, SECRET)

    return draw


def box(*colour: int, style: str = "F") -> Draw:
    def draw(pdf: FPDF) -> None:
        pdf.set_fill_color(*colour)
        pdf.set_draw_color(0)
        pdf.rect(*BOX, style=style)

    return draw


def hatched(pdf: FPDF) -> None:
    box(255, style="DF")(pdf)
    left, top, width, height = BOX
    for step in range(0, round(width), 6):
        pdf.line(left + step, top, min(left + step + 10, left + width), top + height)


def picture(image: Image.Image, place: tuple[float, float, float, float] = BOX) -> Draw:
    def draw(pdf: FPDF) -> None:
        left, top, width, height = place
        pdf.image(image, left, top, width, height)

    return draw


def scan(*, blackened: bool = False) -> Image.Image:
    """A scanned page with the secret at its place."""
    page = Image.new("L", (1240, 1754), 255)
    brush = ImageDraw.Draw(page)
    x, y = 1240 / 595.28, 1754 / 841.89
    brush.text(
        (72 * x, 70 * y), "Offen lesbar steht hier ein Satz.", fill=0, font=font(Face.SANS, 12)
    )
    brush.text((72 * x, 109 * y), SECRET, fill=0, font=font(Face.SANS, 12))
    if blackened:
        left, top, width, height = BOX
        brush.rectangle((left * x, top * y, (left + width) * x, (top + height) * y), fill=0)
    return page


WHOLE = (0.0, 0.0, 595.28, 841.89)


def recognised(pdf: FPDF) -> None:
    """The text layer of a scan."""
    with pdf.local_context(text_mode="INVISIBLE"):
        pdf.text(72, 80, "Offen lesbar steht hier ein Satz.")
        pdf.text(*AT, SECRET)


def changed(content: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        change(pdf)
        pdf.save(made)
    return made.getvalue()


def annotated(kind: str) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        left, top, width, height = BOX
        bottom = 841.89 - top - height
        look = Stream(pdf, f"0 g 0 0 {width} {height} re f".encode())
        look.Type, look.Subtype = Name.XObject, Name.Form
        look.BBox = Array([0, 0, width, height])
        note = Dictionary(
            Type=Name.Annot,
            Subtype=Name(kind),
            Rect=Array([left, bottom, left + width, bottom + height]),
            F=4,
            AP=Dictionary(N=pdf.make_indirect(look)),
        )
        pdf.pages[0].obj["/Annots"] = Array([pdf.make_indirect(note)])

    return change


def marked_only(pdf: pikepdf.Pdf) -> None:
    annotated("/Redact")(pdf)
    del pdf.pages[0].obj["/Annots"][0]["/AP"]


def in_a_form(pdf: pikepdf.Pdf) -> None:
    """Lay all of the page into a drawing of its own, under a box of the page."""
    page = pdf.pages[0]
    form = Stream(pdf, page.obj.Contents.read_bytes())
    form.Type, form.Subtype = Name.XObject, Name.Form
    form.BBox = Array([0, 0, 596, 842])
    form.Resources = page.obj.Resources
    page.obj.Resources = Dictionary(XObject=Dictionary(F=pdf.make_indirect(form)))
    left, top, width, height = BOX
    covered = f"/F Do 0 g {left} {841.89 - top - height} {width} {height} re f"
    page.obj.Contents = pdf.make_indirect(Stream(pdf, covered.encode()))


def with_outline(pdf: pikepdf.Pdf) -> None:
    with pdf.open_outline() as outline:
        outline.root.append(OutlineItem("Brief von Geheimnis Muster", 0))


def with_earlier_revision() -> bytes:
    """A page that was redacted well, saved behind the one that was not."""
    before = sheet(secret)
    with pikepdf.open(io.BytesIO(before)) as pdf:
        number, size = pdf.pages[0].obj.Contents.objgen[0], int(pdf.trailer.Size)
        root = pdf.Root.objgen[0]
    start = before.rindex(b"startxref")
    offset = int(before[start:].split()[1])
    stream = b"BT ET 0 g 70 720 130 16 re f"
    body = b"%d 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (
        number,
        len(stream),
        stream,
    )
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, len(before) + 1)
    trailer = b"trailer\n<</Size %d /Root %d 0 R /Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        root,
        offset,
        len(before) + 1 + len(body),
    )
    return before + b"\n" + body + table + trailer


BAD: dict[str, Callable[[], bytes]] = {
    "rectangle": lambda: sheet(secret, box(0)),
    "near black bar": lambda: sheet(secret, box(28, 28, 30)),
    "red rectangle": lambda: sheet(secret, box(200, 0, 0)),
    "white rectangle": lambda: sheet(secret, box(255)),
    "cross-hatched": lambda: sheet(secret, hatched),
    "white on white": lambda: sheet(secret_in(255, 255, 255)),
    "black on black": lambda: sheet(box(0), secret),
    "picture over text": lambda: sheet(secret, picture(Image.new("L", (60, 8), 0))),
    "rectangle over a scan": lambda: sheet(picture(scan(), WHOLE), box(0), opened=False),
    "blackened scan, text layer left": lambda: sheet(
        recognised, picture(scan(blackened=True), WHOLE), opened=False
    ),
    "dark highlight": lambda: changed(sheet(secret), annotated("/Highlight")),
    "square over a scan": lambda: changed(
        sheet(picture(scan(), WHOLE), opened=False), annotated("/Square")
    ),
    "not applied": lambda: changed(sheet(secret), marked_only),
    "text in a form": lambda: changed(sheet(secret), in_a_form),
    "outline tells": lambda: changed(sheet(box(0)), with_outline),
    "earlier revision": with_earlier_revision,
}
GOOD: dict[str, Callable[[], bytes]] = {
    "a letter": lambda: sheet(secret),
    "redacted well": lambda: sheet(box(0)),
    "opaque box under text": lambda: sheet(box(0), secret_in(255, 255, 255)),
    "shaded row": lambda: sheet(box(225), secret),
    "unfilled frame": lambda: sheet(secret, box(0, style="D")),
    "picture behind text": lambda: sheet(picture(Image.new("L", (60, 8), 220)), secret),
    "a scan with its text layer": lambda: sheet(recognised, picture(scan(), WHOLE), opened=False),
    "a blackened scan without its words": lambda: sheet(
        picture(scan(blackened=True), WHOLE), opened=False
    ),
    "an outline that tells what is seen": lambda: changed(sheet(secret), with_outline),
}


def laid_out(folder: Path, made: dict[str, Callable[[], bytes]]) -> dict[str, Path]:
    """Write documents into a folder."""
    paths = {}
    for number, (name, make) in enumerate(made.items()):
        paths[name] = folder / f"{number:02}.pdf"
        paths[name].write_bytes(make())
    return paths
