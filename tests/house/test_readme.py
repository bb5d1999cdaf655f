"""Does the README say what is true of settings and of the demo office's people?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from eakte.config import Settings
from eakte.demo.catalogue import USERS
from tests.house.tree import ROOT, caught

ROW = re.compile(r"^\| `(EAKTE_[A-Z_]+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)


def _default(field: FieldInfo) -> str:
    """Say the default as the README says it."""
    value = field.default
    if value is PydanticUndefined:
        return "je nach Rechner"
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value is None or value == "":
        return "leer"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def settings_table() -> dict[str, tuple[str, str]]:
    """Give what the README has to say: variable -> default, meaning."""
    return {
        f"EAKTE_{name.upper()}": (_default(field), field.description or "")
        for name, field in Settings.model_fields.items()
    }


def wrong_rows(root: Path) -> list[str]:
    """Name every row of the README's table that is missing, superfluous or says something else."""
    said = {
        row[1]: (row[2], row[3]) for row in ROW.finditer((root / "README.md").read_text("utf-8"))
    }
    true = settings_table()
    return [f"superfluous: {name}" for name in said.keys() - true.keys()] + [
        f"| `{name}` | {default} | {meaning} |"
        for name, (default, meaning) in true.items()
        if said.get(name) != (default, meaning)
    ]


def test_the_readme_names_every_setting_with_its_default_and_meaning() -> None:
    assert wrong_rows(ROOT) == []


def test_every_setting_says_what_it_means() -> None:
    assert [name for name, (_, meaning) in settings_table().items() if not meaning] == []


@pytest.mark.parametrize(
    ("there", "instead", "expected"),
    [
        ("| `EAKTE_PORT` |", "| `EAKTE_DOOR` |", "superfluous: EAKTE_DOOR"),
        ("| `EAKTE_PORT` | `8000` |", "| `EAKTE_PORT` | `80` |", "| `EAKTE_PORT` | `8000`"),
        ("Port des Webservers", "Irgendein Port", "| `EAKTE_PORT` |"),
    ],
)
def test_a_planted_difference_is_caught(
    tmp_path: Path, there: str, instead: str, expected: str
) -> None:
    def change(root: Path) -> None:
        readme = root / "README.md"
        readme.write_text(readme.read_text("utf-8").replace(there, instead), "utf-8")

    found = caught(tmp_path, wrong_rows, change)
    assert any(row.startswith(expected) for row in found)


def missing_people(root: Path) -> list[str]:
    """Name every person of the demo office whose sign-in the README does not tell."""
    told = (root / "README.md").read_text("utf-8")
    return [
        f"| {user.what} | `{user.login}` | `{user.password}` |"
        for user in USERS
        if f"| {user.what} | `{user.login}` | `{user.password}` |" not in told
    ]


def test_the_readme_tells_how_to_sign_in_to_the_demo_office() -> None:
    assert missing_people(ROOT) == []


def test_a_planted_wrong_password_is_caught(tmp_path: Path) -> None:
    def change(root: Path) -> None:
        readme = root / "README.md"
        readme.write_text(readme.read_text("utf-8").replace(USERS[0].password, "geheim"), "utf-8")

    assert len(caught(tmp_path, missing_people, change)) == 1
