"""How do sheets get from a scanner into the folder? By SANE's own program, as one PDF a stack."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import img2pdf

from eakte.errors import BadInput, PartUnavailable
from eakte.station.durable import write_durably

SCANIMAGE = "scanimage"
LONGEST_SECONDS = 3600


def scan(
    folder: Path,
    *,
    device: str,
    pages: int | None,
    resolution: int,
    options: Sequence[str] = (),
    prefix: str = "",
) -> Path:
    """Scan a stack from a device of SANE into ``folder`` and return where it lies.

    ``pages`` None: until the feeder is empty. The PDF gets its name, which begins with ``prefix``,
    when it is whole.

    Raises:
        PartUnavailable: scanimage is not installed, or the device does not answer.
        BadInput: not a single page came.
    """
    program = shutil.which(SCANIMAGE)
    if program is None:
        raise PartUnavailable(
            "Das Programm scanimage ist nicht installiert.",
            next_step="Bitte installieren Sie das Paket sane-utils.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="eakte-scan-") as scratch:
        call = [program, "-d", device, "--resolution", str(resolution), "--format=png"]
        call += [f"--batch={scratch}/seite-%05d.png", *options]
        if pages is not None:
            call.append(f"--batch-count={pages}")
        try:
            ended = subprocess.run(call, capture_output=True, timeout=LONGEST_SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            raise PartUnavailable("Der Scanner ist nicht fertig geworden.") from error
        sheets = sorted(Path(scratch).glob("seite-*.png"))
        said = ended.stderr.decode("utf-8", "replace").strip().splitlines()
        # A feeder that runs empty ends with a code of its own, and the pages before are whole.
        if not sheets:
            raise BadInput(
                "Der Scanner hat keine Seite geliefert: %(fault)s",
                fault=said[-1] if said else ended.returncode,
                next_step="Bitte prüfen Sie Gerät und Vorlagen.",
            )
        layout = img2pdf.get_fixed_dpi_layout_fun((resolution, resolution))
        bound: bytes = img2pdf.convert([os.fspath(sheet) for sheet in sheets], layout_fun=layout)
    target = folder / f"{prefix}scan-{datetime.now():%Y%m%d-%H%M%S-%f}.pdf"  # noqa: DTZ005  # a name for people at the PC
    write_durably(target, bound)
    return target
