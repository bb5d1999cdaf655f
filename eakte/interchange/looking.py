"""What speaks against letting this PDF out of the house, and can its text be searched?"""

from __future__ import annotations

from collections.abc import Iterator

from pikepdf import Array, Dictionary, Name, Object, Pdf

from eakte.errors import Sentence

# Walking stops here: a page whose forms nest deeper has its text counted as missing.
DEEPEST = 6
RGB = 3


def against(pdf: Pdf, title: str) -> Iterator[Sentence]:
    """Every reason why an open PDF must not leave (ERVV § 2, ERVB 2025)."""
    if pdf.is_encrypted:
        yield Sentence("„%(title)s“ ist verschlüsselt.", title=title)
    names = pdf.Root.get("/Names", Dictionary())
    if "/EmbeddedFiles" in names or "/AF" in pdf.Root:
        yield Sentence("„%(title)s“ enthält eingebettete Dateien.", title=title)
    if "/JavaScript" in names or _runs_script(pdf):
        yield Sentence("„%(title)s“ enthält ausführbaren Code.", title=title)


def has_text(pdf: Pdf) -> bool:
    """Whether every page that shows something has a font, and so a text layer."""
    return all(_has_font(page.obj, DEEPEST) or "/Contents" not in page.obj for page in pdf.pages)


def own_colours(pdf: Pdf) -> bool:
    """Whether it describes its colours by another profile than the RGB one of the house."""
    profiles = [
        intent.get("/DestOutputProfile") for intent in pdf.Root.get("/OutputIntents", Array())
    ]
    return any(profile is None or int(profile.get("/N", 0)) != RGB for profile in profiles)


def _runs_script(pdf: Pdf) -> bool:
    if "/AA" in pdf.Root or _is_script(pdf.Root.get("/OpenAction")):
        return True
    for page in pdf.pages:
        if "/AA" in page.obj:
            return True
        for note in page.obj.get("/Annots", ()):
            if "/AA" in note or _is_script(note.get("/A")):
                return True
    return False


def _is_script(action: object) -> bool:
    return isinstance(action, Dictionary) and action.get("/S") in (Name.JavaScript, Name.Launch)


def _has_font(page: Object, deep: int) -> bool:
    holder: Object | None = page
    while holder is not None and "/Resources" not in holder:
        holder = holder.get("/Parent")
    if holder is None or deep == 0:
        return False
    resources = holder["/Resources"]
    if len(resources.get("/Font", Dictionary())):
        return True
    return any(
        "/Resources" in form and _has_font(form, deep - 1)
        for form in resources.get("/XObject", Dictionary()).values()
        if form.get("/Subtype") == Name.Form
    )
