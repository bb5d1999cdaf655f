"""What if our own way gives no reading copy? Then OCRmyPDF tries, as a program of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pikepdf import pdfa

from eakte.processing.machine import must_not_be_to_blame

FLAVOUR = "2b"


def recognise_by_ocrmypdf(
    source: Path, target: Path, *, language: str, jobs: int, seconds: float
) -> bool:
    """Write a searchable PDF/A-2b by OCRmyPDF; False, and no target, where it cannot.

    Pages that have text keep it. Never by Ghostscript, which damages text of born-digital pages.
    """
    command = [
        *(sys.executable, "-I", "-B", "-m", "ocrmypdf", "--quiet", "--skip-text"),
        *("--language", language, "--jobs", str(jobs), "--use-threads", "--optimize", "0"),
        *("--output-type", "pdfa-2", "--pdfa-backend", "internal", "--rasterizer", "pypdfium"),
        *("--", str(source), str(target)),
    ]
    try:
        subprocess.run(command, capture_output=True, timeout=seconds, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        must_not_be_to_blame(error)
        target.unlink(missing_ok=True)
        return False
    if target.is_file() and pdfa.validate_written(target, FLAVOUR).passed:
        return True
    target.unlink(missing_ok=True)
    return False
