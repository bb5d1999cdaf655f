"""Which engine is opened, and what is needed for it."""

import subprocess
import sys
from pathlib import Path

import pytest

import search
from search import open_index

from .conftest import SCHEMA, fill, page

ROOT = Path(__file__).parents[2]

WITHOUT_TANTIVY = """
import logging, sys
from pathlib import Path
sys.modules["tantivy"] = None  # what Python sees where there is no wheel
logging.basicConfig(stream=sys.stdout, format="%(name)s %(levelname)s %(message)s")
from search import open_index
from tests.search.conftest import SCHEMA
index = open_index(Path(sys.argv[1]), SCHEMA, engine="auto")
print(type(index).__name__)
"""


def test_auto_takes_tantivy_where_it_is_to_be_had(tmp_path: Path) -> None:
    with open_index(tmp_path / "index", SCHEMA) as index:
        assert type(index).__name__ == "TantivyIndex"


def test_auto_takes_whoosh_and_says_so_where_tantivy_cannot_be_imported(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", WITHOUT_TANTIVY, str(tmp_path / "index")],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    said, kind = done.stdout.strip().splitlines()
    assert said.startswith("search WARNING tantivy cannot be imported")
    assert kind == "WhooshIndex"


def test_memory_needs_no_folder_and_the_others_do() -> None:
    with open_index(None, SCHEMA, engine="memory") as index:
        fill(index, page("a", "Antrag"))
        assert index.count() == 1
    with pytest.raises(ValueError, match="folder"):
        open_index(None, SCHEMA, engine="tantivy")
    with pytest.raises(ValueError, match="no search engine"):
        open_index(None, SCHEMA, engine="sphinx")


def test_what_is_exported_is_there() -> None:
    assert sorted(search.__all__, key=str) == sorted(set(search.__all__), key=str)
    for name in search.__all__:
        assert getattr(search, name) is not None
