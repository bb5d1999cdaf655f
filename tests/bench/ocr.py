"""How many characters does recognition get wrong on pages whose text is known?"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from eakte.config import load_settings
from eakte.demo.known import known_pages
from eakte.demo.letter import Quality
from eakte.demo.measuring import character_errors
from eakte.processing.limits import Limits
from eakte.processing.sandbox import Sandbox

BOUNDS = {Quality.CLEAN: 0.002, Quality.SCAN: 0.03, Quality.FAX: 0.03}
SCANS = Path(__file__).parents[3] / "shared" / "samples" / "scans"
# Collected scans of one page whose text lies beside them.
KNOWN = ("linn.png", "linn.pdf", "ccitt.pdf", "jbig2.pdf", "skew.pdf", "rotated_skew.pdf")
TRUTH = "linn.txt"


def measure(pages: int, *, each: bool) -> int:
    """Print the character error rate of every quality beside its bound; 1 when one is broken."""
    broken = 0
    print(f"{'Güte':<8}{'Seiten':>8}{'Zeichen':>10}{'Fehler':>8}{'CER':>9}{'Grenze':>9}")
    with (
        TemporaryDirectory() as scratch,
        Sandbox(Limits.of(load_settings(data=Path(scratch))), warm=True) as sandbox,
    ):
        for quality, bound in BOUNDS.items():
            seen = wrong = length = 0
            for known in known_pages(quality, Path(scratch), count=pages):
                recognised = _ours(sandbox, known.path, Path(scratch))
                errors, characters = character_errors(known.text, recognised)
                seen, wrong, length = seen + 1, wrong + errors, length + characters
                if each:
                    print(f"  {known.path.name:<40}{characters:>8}{errors:>6}")
            rate = wrong / length
            broken |= rate > bound
            sign = "" if rate <= bound else "  ÜBERSCHRITTEN"
            print(
                f"{quality.value:<8}{seen:>8}{length:>10}{wrong:>8}{rate:>8.2%} {bound:>8.1%}{sign}"
            )
        broken |= _beside_the_command(sandbox, Path(scratch))
    return int(broken)


def _beside_the_command(sandbox: Sandbox, scratch: Path) -> bool:
    """Print each collected page beside ``ocrmypdf --deskew``; whether one of ours is worse."""
    if not (SCANS / TRUTH).is_file():
        print("Die gesammelten Seiten sind nicht da.")
        return False
    truth = (SCANS / TRUTH).read_text(encoding="utf-8")
    worse = False
    print(f"{'Seite':<20}{'Zeichen':>10}{'e-Akte':>8}{'ocrmypdf --deskew':>20}")
    for name in KNOWN:
        ours, length = character_errors(truth, _ours(sandbox, SCANS / name, scratch))
        theirs, _ = character_errors(truth, _theirs(SCANS / name, scratch))
        worse |= ours > theirs
        sign = "  SCHLECHTER" if ours > theirs else ""
        print(f"{name:<20}{length:>10}{ours:>8}{theirs:>20}{sign}")
    return worse


def _ours(sandbox: Sandbox, path: Path, scratch: Path) -> str:
    with TemporaryDirectory(dir=scratch) as products:
        outcome = sandbox.process(
            path, name=path.name, folder=Path(products), progress=lambda *_: None
        )
    return " ".join(page.text for page in outcome.pages)


def _theirs(path: Path, scratch: Path) -> str:
    text = scratch / "theirs.txt"
    command = Path(sys.executable).with_name("ocrmypdf")
    subprocess.run(
        [
            *(str(command), "--quiet", "--language", "deu", "--deskew", "--force-ocr"),
            *("--image-dpi", "300", "--output-type", "pdf", "--pdfa-backend", "internal"),
            *("--sidecar", str(text), str(path), str(scratch / "theirs.pdf")),
        ],
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        check=True,
        capture_output=True,
    )
    return text.read_text(encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="scripts/bench ocr", description=__doc__)
    parser.add_argument("--pages", type=int, default=24, help="so viele Seiten je Güte")
    parser.add_argument("--each", action="store_true", help="auch jede Seite für sich")
    given = parser.parse_args()
    sys.exit(measure(given.pages, each=given.each))
