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


# Path, what is planted there, the contract that has to break, and what it has to say of it.
PLANTS = [
    (
        "eakte/model/climbing.py",
        "import eakte.web\n",
        "the floors of the house",
        "eakte.model.climbing -> eakte.web",
    ),
    (
        "eakte/filing/nosy.py",
        "import eakte.retrieval\n",
        "the floors of the house",
        "eakte.filing.nosy -> eakte.retrieval",
    ),
    (
        "eakte/db.py",
        "\nimport eakte.model\n",
        "the floors of the house",
        "eakte.db -> eakte.model",
    ),
    (
        "storage/learned.py",
        "import eakte.errors\n",
        "the libraries know no records, no web, no database",
        "storage.learned -> eakte.errors",
    ),
    (
        "search/learned.py",
        "import sqlalchemy\n",
        "the libraries know no records, no web, no database",
        "search.learned -> sqlalchemy",
    ),
    (
        "storage/serving.py",
        "import flask\n",
        "the libraries know no records, no web, no database",
        "storage.serving -> flask",
    ),
    (
        "search/leaning.py",
        "import storage\n",
        "the libraries do not know each other",
        "search.leaning -> storage",
    ),
    (
        "eakte/model/case.py",
        "\nimport eakte.model.document\n",
        "no circle between neighbours",
        "No cycles are allowed in eakte.model.",
    ),
    (
        "eakte/filing/posting.py",
        "import flask\n",
        "the web framework stays at its edge",
        "eakte.filing.posting -> flask",
    ),
    (
        "storage/directory.py",
        "\nimport minio\n",
        "the S3 client stays in its backend",
        "storage.directory -> minio",
    ),
    (
        "eakte/web/direct.py",
        "import minio\n",
        "the S3 client stays in its backend",
        "eakte.web.direct -> minio",
    ),
    (
        "eakte/retrieval/direct.py",
        "import tantivy\n",
        "tantivy stays in its own module",
        "eakte.retrieval.direct -> tantivy",
    ),
    (
        "search/memory_index.py",
        "\nimport whoosh\n",
        "Whoosh stays in its own module",
        "search.memory_index -> whoosh",
    ),
    (
        "eakte/intake/eager.py",
        "import pypdfium2\n",
        "recognition stays in processing",
        "eakte.intake.eager -> pypdfium2",
    ),
    (
        "eakte/intake/printing.py",
        "import weasyprint\n",
        "recognition stays in processing",
        "eakte.intake.printing -> weasyprint",
    ),
    (
        "eakte/intake/posting.py",
        "import imap_tools\n",
        "the mail server is asked in one place",
        "eakte.intake.posting -> imap_tools",
    ),
]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Plant every import at once: building the graph of imports is what takes the time."""

    def change(root: Path) -> None:
        for path, violation, _, _ in PLANTS:
            add(path, violation)(root)

    return broken_contracts(planted(tmp_path_factory.mktemp("planted"), change))


@pytest.mark.parametrize(("contract", "link"), [(plant[2], plant[3]) for plant in PLANTS])
def test_a_planted_import_is_caught(report: str, contract: str, link: str) -> None:
    assert f"{contract} BROKEN" in report
    said = report[report.index("Broken contracts") :]
    beginning = said.index(f"{contract}\n---")
    assert link in " ".join(said[beginning:].split())


def test_a_planted_room_on_no_floor_is_caught(tmp_path: Path) -> None:
    report = broken_contracts(planted(tmp_path, add("eakte/extension.py", '"""Lost."""\n')))
    assert "the floors of the house BROKEN" in report
    assert "extension" in report
