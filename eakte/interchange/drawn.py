"""How do drawn pages become a PDF/A-2b that is the same, byte for byte, whenever it is drawn?"""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pikepdf
from pikepdf import pdfa

from eakte.interchange.merging import FLAVOUR


def archival(drawn: bytes, *, at: datetime) -> bytes:
    """Return pages as a PDF/A-2b that was checked; ``at`` is when what they say was said.

    The time of drawing would make two of the same record look like two records.

    Raises:
        pdfa.PdfaError: the checker does not approve.
    """
    kept = io.BytesIO()
    moment = at.astimezone(UTC)
    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        # How a page opens is nobody's business but the reader's.
        del pdf.Root["/OpenAction"]
        pdfa.prepare(pdf, FLAVOUR)
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            for name in ("xmp:ModifyDate", "xmp:MetadataDate"):
                metadata[name] = f"{moment:%Y-%m-%dT%H:%M:%S}+00:00"
        # What is drawn has a name by chance; it gets one by what stands in it.
        del pdf.trailer["/ID"]
        pdf.docinfo["/ModDate"] = f"D:{moment:%Y%m%d%H%M%S}+00'00"
        pdfa.save(pdf, kept, FLAVOUR, repair=False, deterministic_id=True)
    return kept.getvalue()
