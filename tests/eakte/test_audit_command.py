"""Is the log proved from the command line, also where there is no database?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from eakte import audit
from eakte.bootstrap import open_office
from eakte.cli import main
from eakte.config import load_settings
from eakte.db import Database
from eakte.model.audit_entry import AuditEntry


class House:
    """Runs commands on a house in a folder."""

    def __init__(self, folder: Path, captured: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._captured = captured

    def __call__(self, *arguments: object) -> tuple[int, str]:
        code = main([str(one) for one in arguments])
        told = self._captured.readouterr()
        return code, told.out + told.err

    @property
    def head(self) -> Path:
        return max((self.folder / "log-heads").glob("head-*.json"), key=lambda path: path.name)

    def fill(self, count: int) -> None:
        office = open_office(load_settings())
        with office.as_system() as work:
            for number in range(count):
                audit.note(
                    work, "tested", kind="thing", subject=None, number=number, text="Ä \u2028"
                )
        office.close()

    def change(self, statement: object) -> None:
        database = Database(load_settings().database)
        with database.transaction() as session:
            session.execute(statement)  # type: ignore[call-overload]  # any statement
        database.close()


@pytest.fixture
def eakte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> House:
    monkeypatch.setenv("EAKTE_DATA", str(tmp_path / "house"))
    monkeypatch.setenv("EAKTE_SEARCH_ENGINE", "whoosh")
    house = House(tmp_path / "house", capsys)
    assert house("audit", "head")[0] == 0
    house.fill(20)
    assert house("audit", "head")[0] == 0
    return house


def test_a_whole_log_is_told_to_be_whole(eakte: House) -> None:
    code, told = eakte("audit", "verify", "--head", eakte.head, "--json")
    assert code == 0
    found = json.loads(told)
    assert found["faults"] == []
    assert found["holds_until"] == 21


def test_every_fault_is_named_and_the_code_is_one(eakte: House) -> None:
    kept = eakte.head
    eakte.change(update(AuditEntry).where(AuditEntry.sequence == 7).values(act="forged"))
    code, told = eakte("audit", "verify", "--head", kept)
    assert code == 1
    assert "FEHLER: Protokoll: Eintrag 7 wurde verändert." in told
    assert "Die ersten 21 Einträge sind nicht mehr die" in told
    eakte.change(delete(AuditEntry).where(AuditEntry.sequence > 15))
    assert "bezeugt aber 21" in eakte("audit", "verify", "--head", kept)[1]


def test_others_check_without_our_database(
    eakte: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, key, head = tmp_path / "log.jsonl", tmp_path / "key.pem", eakte.head
    assert eakte("audit", "export", log)[0] == 0
    assert eakte("audit", "key", key)[0] == 0
    assert log.stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("EAKTE_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    given = ("audit", "verify", "--log", log, "--head", head, "--key", key)
    assert eakte(*given)[0] == 0
    whole = log.read_bytes()
    lines = whole.splitlines(keepends=True)
    changed = {
        "an entry": whole.replace(b'"number":3', b'"number":4'),
        "an end": b"".join(lines[:-5]),
        "an order": b"".join([*lines[:3], lines[4], lines[3], *lines[5:]]),
        "a field more": whole.replace(b'{"act"', b'{"aa":1,"act"', 1),
        "a gap": b"".join([*lines[:3], *lines[4:]]),
        "rubbish": b"".join([*lines[:3], b"rubbish\n", *lines[4:]]),
        "nothing": b"",
    }
    for name, content in changed.items():
        log.write_bytes(content)
        code, told = eakte(*given)
        assert (code, "FEHLER" in told) == (1, True), name


def test_without_a_key_no_signature_counts(eakte: House, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    eakte("audit", "export", log)
    code, told = eakte("audit", "verify", "--log", log, "--head", eakte.head)
    assert code == 1
    assert "--key" in told


def test_that_the_log_leaves_the_house_stands_in_it(eakte: House, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    eakte("audit", "export", log, "--purpose", "Prüfung durch die Revision")
    last = json.loads(log.read_bytes().splitlines()[-1])
    assert last["act"] == "audit.exported"
    assert last["details"] == {"purpose": "Prüfung durch die Revision"}


def test_nothing_is_overwritten(eakte: House, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("mine")
    for command in ("export", "key"):
        code, told = eakte("audit", command, there)
        assert code == 1
        assert "gibt es schon" in told
        assert eakte("audit", command, tmp_path / "no" / "folder")[0] == 1
    assert there.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["house", "there"]


def test_what_is_no_head_or_no_key_is_said(eakte: House, tmp_path: Path) -> None:
    odd = tmp_path / "odd"
    odd.write_text("odd")
    assert "kein Prüfstand" in eakte("audit", "verify", "--head", odd)[1]
    assert "kein öffentlicher Schlüssel" in eakte("audit", "verify", "--key", odd)[1]
    assert "nicht lesbar" in eakte("audit", "verify", "--head", tmp_path / "none")[1]
    assert eakte("audit", "verify", "--log", tmp_path / "none")[0] == 1


def test_a_place_outside_that_is_away_is_told_and_the_head_stays(
    eakte: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = tmp_path / "away" / "heads"
    monkeypatch.setenv("EAKTE_AUDIT_HEADS_URL", f"file://{away}")
    code, told = eakte("audit", "head")
    assert code == 3
    assert "nicht erreichbar" in told
    away.parent.mkdir()
    assert eakte("audit", "head")[0] == 0
    assert len(list(away.glob("head-*.json"))) == 2
