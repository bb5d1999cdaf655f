"""What is only covered is recognised, and what is not is left in peace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eakte.cli import main
from eakte.processing.steps.redaction.suspecting import suspected
from tests.redaction.badly import BAD, GOOD, laid_out

PIXELS = 100_000_000
# What has to be said of some, where others may be known by several things.
SAID = {
    "rectangle over a scan": "picture-covered",
    "square over a scan": "picture-covered",
    "blackened scan, text layer left": "text-covered",
    "text in a form": "text-covered",
    "not applied": "not-applied",
    "outline tells": "outline-tells",
    "earlier revision": "earlier-revision",
}


def codes_of(path: Path) -> list[str]:
    return [one.code for one in suspected(path, pixels=PIXELS, done=lambda done, of: None)]


def test_every_known_way_of_redacting_badly_is_recognised_as_bad(tmp_path: Path) -> None:
    found = {name: codes_of(path) for name, path in laid_out(tmp_path, BAD).items()}
    assert [name for name, codes in found.items() if not codes] == []
    missed = {name for name, code in SAID.items() if code not in found[name]}
    assert missed == set()


def test_documents_that_hide_nothing_are_left_in_peace(tmp_path: Path, shared: Path) -> None:
    found = {name: codes_of(path) for name, path in laid_out(tmp_path, GOOD).items()}
    for name in ("linn", "ccitt", "jbig2", "skew", "rotated"):
        found[name] = codes_of(shared / f"samples/scans/{name}.pdf")
    assert {name: codes for name, codes in found.items() if codes} == {}


def test_the_command_says_which_documents_are_badly_redacted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EAKTE_DATA", str(tmp_path / "data"))
    bad, good = tmp_path / "bad.pdf", tmp_path / "good.pdf"
    bad.write_bytes(BAD["rectangle"]())
    good.write_bytes(GOOD["redacted well"]())
    assert main(["redaction", "check", str(good)]) == 0
    assert "good.pdf: Nichts ist nur verdeckt." in capsys.readouterr().out
    assert main(["redaction", "check", "--json", str(bad)]) == 1
    told = json.loads(capsys.readouterr().out)
    assert not told["good"] and {"code": "text-covered", "page": 1} in told["findings"]
