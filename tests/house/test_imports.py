"""Do the floors of the house hold, and does each contract catch what it is there to catch?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT, add, planted


def broken_contracts(root: Path) -> str:
    """Check every contract below ``root``; the report when one is broken, else nothing."""
    run = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as l; l()"]
        + ["--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return "" if run.returncode == 0 else run.stdout + run.stderr


def test_every_contract_is_kept() -> None:
    assert broken_contracts(ROOT) == ""


@pytest.mark.parametrize(
    ("path", "violation", "contract"),
    [
        ("eakte/model/climbing.py", "import eakte.web\n", "the floors of the house"),
        ("eakte/filing/nosy.py", "import eakte.retrieval\n", "the floors of the house"),
        ("eakte/db.py", "\nimport eakte.model\n", "the floors of the house"),
        ("eakte/extension.py", '"""A room on no floor."""\n', "the floors of the house"),
        (
            "storage/learned.py",
            "import eakte.errors\n",
            "the libraries know no records, no web, no database",
        ),
        (
            "search/learned.py",
            "import sqlalchemy\n",
            "the libraries know no records, no web, no database",
        ),
        (
            "storage/learned.py",
            "import flask\n",
            "the libraries know no records, no web, no database",
        ),
        ("search/leaning.py", "import storage\n", "the libraries do not know each other"),
        ("eakte/model/case.py", "\nimport eakte.model.document\n", "no circle between neighbours"),
        ("eakte/filing/posting.py", "import flask\n", "the web framework stays at its edge"),
        ("storage/directory.py", "\nimport minio\n", "the S3 client stays in its backend"),
        ("eakte/web/direct.py", "import minio\n", "the S3 client stays in its backend"),
        (
            "eakte/retrieval/direct.py",
            "import tantivy\n",
            "tantivy stays in its own module",
        ),
        ("search/memory_index.py", "\nimport whoosh\n", "Whoosh stays in its own module"),
        ("eakte/intake/eager.py", "import pypdfium2\n", "recognition stays in processing"),
    ],
)
def test_a_planted_import_is_caught(
    tmp_path: Path, path: str, violation: str, contract: str
) -> None:
    report = broken_contracts(planted(tmp_path, add(path, violation)))
    assert f"{contract} BROKEN" in report
