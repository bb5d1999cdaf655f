"""A house with dossiers whose time is over, built once for several sentences."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.offers.house import Registry, furnished


@pytest.fixture
def registry(tmp_path: Path, shared: Path) -> Iterator[Registry]:
    with furnished(tmp_path, shared) as made:
        yield made
