"""What the tests of court post share: a house, and the sandbox that reads what comes in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eakte.bootstrap import Office
from eakte.processing.limits import Limits
from eakte.processing.sandbox import Sandbox
from tests.builders import Staff, house


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """One warm sandbox for all of them."""
    with Sandbox(Limits(jobs=2), warm=True) as opened_one:
        yield opened_one


@pytest.fixture
def home(tmp_path: Path) -> Iterator[tuple[Office, Staff]]:
    """A house with its staff."""
    with house(tmp_path / "house") as both:
        yield both
