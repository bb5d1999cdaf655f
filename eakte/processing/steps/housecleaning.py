"""What lies in a PDF that no reader needs and the PDF/A validator does not know?

Programs leave private notes in the files they write: checksums, editing marks, layout hints. The
validator refuses what it does not know, rightly; taking such notes out changes nothing that is
seen, and saves the page from becoming a picture.
"""

from __future__ import annotations

import re

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, pdfa

FLAVOUR = "2b"
ROUNDS = 4
KEPT_IN_TRAILER = frozenset({"/Root", "/Info", "/ID", "/Size", "/Prev", "/Type", "/XRefStm"})
UNRECOGNIZED = re.compile(r"unrecognized key\(s\) (.+) are not checked")
PLACE = re.compile(r"^obj (\d+) (\d+) \([^)]*\)((?: /\S+ \([^)]*\)| \[\d+\] \([^)]*\))*)$")
STEP = re.compile(r" (/\S+|\[\d+\]) \([^)]*\)")


def without_private_keys(pdf: Pdf) -> bool:
    """Take out what only its program understands; whether anything was found."""
    changed = _trailer(pdf)
    changed |= _layers(pdf)
    for part in pdf.objects:
        if isinstance(part, (Dictionary, Stream)):
            changed |= _known_leftovers(part)
    for _ in range(ROUNDS):
        if not _unrecognized(pdf):
            return changed
        changed = True
    return changed


def _trailer(pdf: Pdf) -> bool:
    keys = pdf.trailer.keys()  # a PDF dictionary yields its keys only when asked
    private = [key for key in keys if key not in KEPT_IN_TRAILER]
    for key in private:
        del pdf.trailer[key]
    return bool(private)


def _layers(pdf: Pdf) -> bool:
    """Layers that all are shown need no list of layers."""
    layers = pdf.Root.get("/OCProperties")
    if not isinstance(layers, Dictionary):
        return False
    settings = layers.get("/D")
    if not isinstance(settings, Dictionary):
        return False
    hidden = settings.get("/OFF")
    if settings.get("/BaseState", Name.ON) != Name.ON or (
        isinstance(hidden, Array) and len(hidden) > 0
    ):
        return False
    del pdf.Root["/OCProperties"]
    return True


def _known_leftovers(part: Dictionary | Stream) -> bool:
    """Metadata below the document, and the list of glyphs that PDF/A-2 no longer asks for."""
    doomed = [
        key
        for key, kind in (
            ("/Metadata", "/Catalog"),
            ("/SE", "/StructElem"),
            ("/CIDSet", ""),
        )
        if key in part and (not kind or str(part.get("/Type")) != kind)
    ]
    for key in doomed:
        del part[key]
    return bool(doomed)


def _unrecognized(pdf: Pdf) -> bool:
    """Take out the keys that the validator says it does not know; whether there were any."""
    changed = False
    for finding in pdfa.check(pdf, FLAVOUR).unsupported:
        named = UNRECOGNIZED.search(finding.message)
        place = PLACE.match(finding.where)
        if not named or not place:
            continue
        holder = _walk(pdf, place)
        for key in named[1].split(", "):
            if isinstance(holder, (Dictionary, Stream)) and key in holder:
                del holder[key]
                changed = True
    return changed


def _walk(pdf: Pdf, place: re.Match[str]) -> pikepdf.Object | None:
    """The object that a place like ``obj 14 0 (FormXObject) /Resources (Resources)`` names."""
    holder: pikepdf.Object | None = pdf.get_object(int(place[1]), int(place[2]))
    for step in STEP.findall(place[3]):
        if isinstance(holder, Array) and step.startswith("["):
            holder = holder[int(step[1:-1])]
        elif isinstance(holder, (Dictionary, Stream)) and step in holder:
            holder = holder[step]
        else:
            return None
    return holder
