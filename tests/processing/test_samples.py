"""Does every collected scan go through?"""

from __future__ import annotations

from pathlib import Path

import pytest
from pikepdf import pdfa

from tests.processing.conftest import Process

SCANS = {
    "scans/blank.pdf": [""],
    "scans/ccitt.pdf": ["LinnSequencer"],
    "scans/jbig2.pdf": ["LinnSequencer"],
    "scans/linn.pdf": ["LinnSequencer"],
    "scans/linn.png": ["LinnSequencer"],
    "scans/multi-page-images.pdf": ["Page 1", "Page 2", "Page 3"],
    "scans/multi-page-images.tiff": ["Page 1", "Page 2", "Page 3"],
    "scans/multi-page-mixed.pdf": ["Page 1", "Page 2", "Page 3", "Page 4", "Page 5", "Page 6"],
    "scans/rotated.pdf": ["first page", "Even if", "weird", "If you"],
    "scans/rotated_skew.pdf": ["LinnSequencer"],
    "scans/simple.heic": ["PIZZA DOUGH"],
    "scans/skew.pdf": ["LinnSequencer"],
    "scans/typewriter.png": ["linzen"],
    "odd/enormous.pdf": ["pixels"],
    "odd/tagged-but-no-text.pdf": ["This is a test"],
    "separators/barcode-39-asn-123.pdf": ["ASN000123"],
    "separators/barcode-qr-custom.pdf": ["Custom QR Code"],
    "separators/patch-code-t-middle-distorted.pdf": ["page 1", "", "page 2"],
    "separators/patch-code-t-qr.pdf": ["PATCHT"],
}


@pytest.mark.parametrize("name", SCANS)
def test_every_sample_is_searchable_on_each_page(process: Process, shared: Path, name: str) -> None:
    outcome = process(shared / "samples" / name)
    assert outcome.searchable_pdf is not None
    assert pdfa.validate_written(outcome.searchable_pdf, "2b").passed
    assert len(outcome.pages) == len(outcome.previews) == len(SCANS[name])
    for page, words in zip(outcome.pages, SCANS[name], strict=True):
        assert words in page.text
    assert {problem.code for problem in outcome.problems} <= {"pages-as-pictures"}
