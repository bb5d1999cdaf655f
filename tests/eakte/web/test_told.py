"""Is what an entry of the log tells read in words, whatever it tells?"""

from __future__ import annotations

import ast
from datetime import UTC, date, datetime
from pathlib import Path

from eakte.web.desk import last_day
from eakte.web.per_request import OfficeApp
from eakte.web.told import told_of, told_words

EAKTE = Path(__file__).parent.parent.parent.parent / "eakte"
# What an entry is about, and not what it tells.
PLACE = {"kind", "subject"}


def told_anywhere() -> set[str]:
    """Return every name under which the program lets an entry tell something."""
    return {
        keyword.arg
        for path in EAKTE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.note"
        for keyword in node.keywords
        if keyword.arg is not None and keyword.arg not in PLACE
    }


def test_there_are_words_for_every_name_under_which_an_entry_tells_something(
    app: OfficeApp,
) -> None:
    told = told_anywhere()
    assert len(told) > 50
    with app.test_request_context():
        assert told - told_words().keys() == set()


def test_values_are_told_as_people_read_them(app: OfficeApp) -> None:
    details = {
        "what": "reading-copy",
        "until": "2026-12-22",
        "products": {"text": "ab" * 32},
        "letters": ["a", "k"],
        "roles": ["clerk"],
        "fields": ["clerk_id", "subject"],
        "dossier": "c0ff29c6-c89f-480e-b5c3-90e89c8309c2",
        "lifted": False,
        "reason": "",
        "problem": None,
    }
    with app.test_request_context():
        assert dict(told_of(details)) == {
            "Was": "Lesefassung",
            "bis": "22.12.2026",
            "Erzeugnisse": "Text abababababab…",
            "Buchstaben": "A–K",
            "Rollen": "Sachbearbeitung",
            "Angaben": "Zuständig, Betreff",
            "Akte": "c0ff29c6",
            "aufgehoben": "nein",
        }


def test_a_right_by_name_shows_the_last_day_on_which_it_holds() -> None:
    midnight_in_winter = datetime(2026, 12, 22, 23, tzinfo=UTC)
    assert last_day(midnight_in_winter) == date(2026, 12, 22)
    assert last_day(date(2026, 12, 22)) == date(2026, 12, 22)
    assert last_day(None) is None
