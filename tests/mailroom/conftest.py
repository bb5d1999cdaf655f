"""A house with its staff and a clock that is moved, and one sandbox for all orders of pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.processing.limits import Limits
from eakte.processing.sandbox import Sandbox
from tests.builders import Staff, house


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(jobs=2), warm=True) as opened_one:
        yield opened_one


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def home(tmp_path: Path, clock: SetClock) -> Iterator[tuple[Office, Staff]]:
    with house(tmp_path / "house", clock=clock) as both:
        yield both
