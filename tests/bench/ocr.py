"""How many characters does recognition get wrong on pages whose text is known?"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from eakte.config import load_settings
from eakte.demo.known import known_pages
from eakte.demo.letter import Quality
from eakte.demo.measuring import character_errors
from eakte.processing.limits import Limits
from eakte.processing.sandbox import Sandbox

BOUNDS = {Quality.CLEAN: 0.01, Quality.SCAN: 0.05, Quality.FAX: 0.05}


def measure(pages: int) -> int:
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
                products = Path(scratch, f"{known.path.stem}-products")
                products.mkdir()
                outcome = sandbox.process(
                    known.path, name=known.path.name, folder=products, progress=lambda *_: None
                )
                recognised = " ".join(page.text for page in outcome.pages)
                errors, characters = character_errors(known.text, recognised)
                seen, wrong, length = seen + 1, wrong + errors, length + characters
            rate = wrong / length
            broken |= rate > bound
            sign = "" if rate <= bound else "  ÜBERSCHRITTEN"
            print(
                f"{quality.value:<8}{seen:>8}{length:>10}{wrong:>8}{rate:>8.2%} {bound:>8.0%}{sign}"
            )
    return int(broken)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="scripts/bench ocr", description=__doc__)
    parser.add_argument("--pages", type=int, default=24, help="so viele Seiten je Güte")
    sys.exit(measure(parser.parse_args().pages))
