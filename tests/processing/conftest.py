"""What the tests of processing share: one sandbox, and letters drawn as scans."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from eakte.errors import PartUnavailable
from eakte.model.findings import Outcome
from eakte.processing.limits import Limits
from eakte.processing.sandbox import Sandbox
from tests.processing import papers

Process = Callable[..., Outcome]


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the children of this test run work."""
    return tmp_path_factory.mktemp("scratch")


@pytest.fixture(scope="session")
def sandbox(scratch: Path) -> Iterator[Sandbox]:
    """A warm sandbox with the usual limits."""
    with Sandbox(Limits(scratch=scratch, max_pages=200), warm=True) as opened:
        yield opened


@pytest.fixture
def process(sandbox: Sandbox, tmp_path: Path) -> Process:
    """Process a path, and check that the original is what it was."""

    def run(path: Path, *, name: str | None = None) -> Outcome:
        before = path.read_bytes()
        folder = tmp_path / "products"
        folder.mkdir(exist_ok=True)
        outcome = sandbox.process(
            path, name=name or path.name, folder=folder, progress=lambda step, done, of: None
        )
        assert path.read_bytes() == before
        return outcome

    return run


@pytest.fixture(scope="session")
def letter() -> papers.Drawn:
    """One clean page of an official letter, and what stands on it."""
    try:
        return papers.letter(papers.Quality.CLEAN)
    except PartUnavailable as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def scan(letter: papers.Drawn, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The letter as a scanner delivers it: one JPEG in a PDF."""
    return papers.as_pdf([letter.picture], tmp_path_factory.mktemp("scan") / "brief.pdf")


@pytest.fixture
def note(tmp_path: Path) -> Image.Image:
    """A small picture with one line of text: quick to recognise."""
    return papers.note("Der Bescheid ist rechtskräftig.")
