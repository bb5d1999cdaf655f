"""Does a stack get from a scanner of SANE into the house, page by page, by one command each?"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pikepdf
import pytest

from tests.crash.conftest import Serving
from tests.crash.houses import House
from tests.crash.stations import ScanningPC, scanning_pc

pytestmark = pytest.mark.crash

FEEDER_HOLDS = 10  # sheets, before SANE's test device says that its feeder is empty


@pytest.fixture
def pc(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ScanningPC:
    """A scanning PC whose only device is the one that SANE made for tests."""
    if shutil.which("scanimage") is None:
        pytest.skip("scanimage is not installed; scripts/test installs it")
    settings = tmp_path / "sane"
    settings.mkdir()
    (settings / "dll.conf").write_text("test\n")
    monkeypatch.setenv("SANE_CONFIG_DIR", str(settings))
    return scanning_pc(house, tmp_path / "pc")


def scan(pc: ScanningPC, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*pc.call("station", "scan", "--resolution", "75"), *arguments],
        env=pc.environment(),
        cwd=pc.home,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_stacks_from_a_scanner_arrive_with_all_their_pages(
    pc: ScanningPC, serving: Serving
) -> None:
    with serving(pc.house) as served:
        pc.set_up(f"127.0.0.1:{served.caller.port}")
        for arguments in (
            ["--pages", "3"],
            ["--", "--source", "Automatic Document Feeder"],
        ):
            ended = scan(pc, *arguments)
            assert ended.returncode == 0, ended.stderr
        pages, digests = [], set()
        for stack in sorted(pc.folder.iterdir()):
            digests.add(hashlib.sha256(stack.read_bytes()).hexdigest())
            with pikepdf.open(stack) as pdf:
                pages.append(len(pdf.pages))
        assert pages == [3, FEEDER_HOLDS]
        ended = pc.run("run", "--until-idle")
        assert ended.returncode == 0, ended.stderr
    pc.there_once(digests)
    assert scan(pc, "--pages", "1", "--again", "12").returncode == 0
    (answer,) = pc.folder.iterdir()
    assert answer.name.startswith("nochmal-12-scan-")


def test_a_scanner_that_is_away_is_named_and_leaves_nothing(
    pc: ScanningPC,
) -> None:
    pc.set_up("127.0.0.1:1")
    ended = scan(pc, "--pages", "1", "--device", "fort")
    assert ended.returncode != 0
    assert "Der Scanner hat keine Seite geliefert" in ended.stderr
    assert list(pc.folder.iterdir()) == []
