"""What every test may ask for."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from tests.tables import sweep_table

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of collected samples, schemas and texts that lies beside the repository."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip(f"the collected samples are not here: there is no folder {folder}")
    return folder


def pytest_collection_finish() -> None:
    """Spare what was imported and collected from being looked through again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what the crash sweep has struck, and what came of it, as one table."""
    seen = [
        told
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "teardown"
        for name, told in report.user_properties
        if name == "sweep"
    ]
    if seen:
        terminalreporter.section("Störungen", sep="=")
        for line in sweep_table(seen):
            terminalreporter.write_line(line)
