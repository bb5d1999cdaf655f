"""Does OCRmyPDF take over where our own way ends, and does it work inside the cage?"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from pikepdf import pdfa

from eakte.processing import cage
from eakte.processing.limits import Confinement
from eakte.processing.scratch import Scratch
from eakte.processing.steps.second_way import recognise_by_ocrmypdf
from tests.processing import papers

PROBE = """
import json, sys
sys.path.insert(0, {code!r})
from pathlib import Path
from eakte.processing.child import shut_off_all
from eakte.processing.steps.second_way import recognise_by_ocrmypdf
shut_off_all()
given = dict(language="deu", jobs=1, seconds=120)
print(json.dumps(recognise_by_ocrmypdf(Path("original"), Path("searchable.pdf"), **given)))
"""


def test_ocrmypdf_works_inside_the_cage(tmp_path: Path) -> None:
    confinement = cage.strongest()
    scratch = Scratch.made_in(tmp_path)
    cage.stage(scratch.folder)
    own = scratch.new_folder()
    papers.as_pdf([papers.note("Vermerk")], own / "original", dpi=150)
    code = cage.INSIDE_CODE if confinement is Confinement.BWRAP else str(scratch.folder / "code")
    done = subprocess.run(
        [*cage.command(confinement, own)[:-1], PROBE.format(code=code)],
        env=cage.environment(confinement, own),
        cwd=own,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) is True
    assert "Vermerk" in papers.words_of(own / "searchable.pdf")[0]
    assert pdfa.validate_written(own / "searchable.pdf", "2b").passed
    scratch.remove()


@pytest.mark.parametrize("content", [b"%PDF-1.7 rubbish", b""])
def test_where_nothing_can_be_made_nothing_is_left(tmp_path: Path, content: bytes) -> None:
    source, target = tmp_path / "a.pdf", tmp_path / "b.pdf"
    source.write_bytes(content)
    assert not recognise_by_ocrmypdf(source, target, language="deu", jobs=1, seconds=60)
    assert not target.exists()
