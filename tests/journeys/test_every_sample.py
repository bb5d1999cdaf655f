"""Does every collected sample come to one of three ends, in a house that no network reaches?"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.samples import ACCEPTED, FLAGGED, MOST_MEGABYTES, MOST_SECONDS, REFUSED
from tests.house.tree import ROOT

ALONE = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]


@pytest.mark.crash
def test_every_sample_is_accepted_flagged_or_refused_without_any_network(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if shutil.which("unshare") is None or subprocess.run([*ALONE, "true"], check=False).returncode:
        pytest.skip("network namespaces are not allowed here")
    told = tmp_path / "told.json"
    run = subprocess.run(
        [*ALONE, sys.executable, "-m", "tests.bench.samples", "--no-rates", "--json", str(told)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    with capsys.disabled():
        print(f"\n{run.stdout}")
    assert told.is_file(), run.stderr[-3000:]
    found = json.loads(told.read_text(encoding="utf-8"))
    rows = found["rows"]
    assert len(rows) == sum(path.is_file() for path in (shared / "samples").rglob("*"))
    assert [row["name"] for row in rows if row["status"] >= 500] == []
    assert {row["outcome"] for row in rows} <= {ACCEPTED, FLAGGED, REFUSED}
    assert [row["name"] for row in rows if row["outcome"] != ACCEPTED and not row["reason"]] == []
    assert [row["name"] for row in rows if row["outcome"] == REFUSED and not row["sentence"]] == []
    assert [row["name"] for row in rows if row["seconds"] > MOST_SECONDS] == []
    assert [row["name"] for row in rows if row["megabytes"] > MOST_MEGABYTES] == []
    # The counters would have moved: the program itself makes them move at the end.
    assert found["moves"]
    assert set(found["calls"].values()) == {0}, found["calls"]
