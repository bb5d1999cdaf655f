"""Do references go on counting where they were, now that their counters have other names?"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from eakte.bootstrap import MIGRATIONS
from eakte.db import Database
from eakte.filing.references import rest_of

BEFORE = {"reference:SBR:2026": 39, "reference:sbr:2026": 41, "reference:A:B:2025": 2, "audit": 9}


def test_counters_keep_their_numbers_under_their_new_names(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'house.db'}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    step = ScriptDirectory.from_config(config).get_revision("0005")
    with database.connection() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, str(step.down_revision))
        for scope, last in BEFORE.items():
            connection.execute(
                text("INSERT INTO counter (scope, last) VALUES (:scope, :last)"),
                {"scope": scope, "last": last},
            )
        command.upgrade(config, "0005")
        rows = connection.execute(text("SELECT scope, last FROM counter")).all()
        found = {scope: last for scope, last in rows}
    database.close()
    sbr = rest_of("", plan="43.2", prefix="SBR", year=2026, letter="").scope
    assert found == {sbr: 41, "reference:a:b #/2025": 2, "audit": 9}
