"""Does the house refuse to open with a secret or a password that anybody could guess?"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from eakte.access import attempts
from eakte.access.passwords import hashed, is_guessable
from eakte.cli import main
from eakte.clock import SetClock
from eakte.config import KNOWN_SECRETS, load_settings
from eakte.demo.catalogue import USERS
from eakte.errors import BadInput, WeakPassword
from eakte.model.login import LoginAttempt
from eakte.model.user import User
from tests.builders import PASSWORD, build_office

WEAK = [
    "zweimal",
    "a" * 64,
    "ab" * 40,
    "changeme" * 8,
    "django-insecure-kX9vR2mQ7pLw4ZtB8nYc3HfJ6sGd5AeU",
]


@pytest.mark.parametrize("secret", WEAK)
@pytest.mark.parametrize("command", [["serve"], ["work", "--until-idle"], ["verify"]])
def test_nothing_starts_with_a_weak_secret(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    secret: str,
    command: list[str],
) -> None:
    monkeypatch.setenv("EAKTE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("EAKTE_SECRET_KEY", secret)
    assert main(command) == 1
    told = capsys.readouterr().err
    assert "startet so nicht" in told and "EAKTE_SECRET_KEY" in told and secret not in told
    assert not (tmp_path / "data" / "eakte.db").exists()


def test_a_weak_secret_in_the_data_folder_is_refused_as_well(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x" * 60, encoding="ascii")
    with pytest.raises(BadInput, match="gleichförmig"):
        load_settings(data=tmp_path).application_secret()


@pytest.mark.parametrize("known", KNOWN_SECRETS)
def test_a_placeholder_is_refused_wherever_it_stands(known: str) -> None:
    random = secrets.token_hex(20)
    with pytest.raises(BadInput, match="Platzhalter"):
        load_settings(secret_key=SecretStr(random + known.upper() + random)).application_secret()


def test_what_is_made_here_is_strong_and_stays(tmp_path: Path) -> None:
    settings = load_settings(data=tmp_path)
    made = settings.application_secret()
    assert len(made) == 64 and settings.application_secret() == made
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_an_empty_house_has_no_account_that_anybody_could_use(tmp_path: Path) -> None:
    office = build_office(tmp_path)
    with office.database.transaction(writes=False) as session:
        accounts = session.scalars(select(User)).all()
    office.close()
    assert [(one.login, one.active, one.password_hash) for one in accounts] == [
        ("e-akte", False, None)
    ]


GUESSABLE = [
    *(
        "Passwort1234",
        "P@ssw0rt2026!",
        "Willkommen123!",
        "Kennwort-2026",
        "Sommer2026!!",
        "Herbst#2025#",
    ),
    *(
        "qwertzuiopü+",
        "asdfghjklöä#",
        "1qay2wsx3edc",
        "123456789012",
        "abcdefghijkl",
        "qwertyuiop12",
    ),
    *(
        "aaaaaaaaaaaa",
        "abababababab",
        "abcabcabcabc",
        "HalloHallo12",
        "Admin-Admin-1",
        "geheimgeheim",
    ),
    *(
        "sabine.muster1",
        "MusterSabine!!",
        "LandratsamtMusterkreis",
        "Musterkreis2026",
        "Iloveyou2026!",
    ),
    *(
        "FussballBayern1",
        "DeutschlandBerlin",
        "letmein-letmein",
        "testtesttest",
        "            1234",
    ),
]
GOOD = [
    PASSWORD,
    *(user.password for user in USERS),
    *("vier Wörter ohne Band", "correct horse battery", "x7#kQ!m2pZ9&w", "Der Igel niest im Regen"),
    *(
        "donaudampfschiff",
        "gelbe Tasse 1987 Wolke",
        "ж" * 3 + "дом и река",
        "🔑🌲🐟🏔🎈🧵🪁🥁🦉🍋🧲🪵",
    ),
]


@pytest.mark.parametrize("password", GUESSABLE)
def test_what_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        hashed(password, avoid=("sabine.muster", "Sabine Muster", "Landratsamt Musterkreis"))


@pytest.mark.parametrize("password", GOOD)
def test_what_nobody_guesses_is_taken_without_rules_about_signs(password: str) -> None:
    assert not is_guessable(password, avoid=("sabine.muster", "Sabine Muster"))


@pytest.mark.parametrize(("length", "taken"), [(11, False), (12, True), (256, True), (257, False)])
def test_a_password_has_12_to_256_signs(length: int, taken: bool) -> None:
    words = ("gelbe Tasse, Wolke im Fluss; " * 10)[:length]
    if taken:
        assert hashed(words).startswith("$argon2id$")
    else:
        with pytest.raises(WeakPassword):
            hashed(words)


class Ticking(SetClock):
    """A clock that goes on between any two looks, as real ones do."""

    def now(self):  # type: ignore[no-untyped-def]  # as the clock it extends
        self.move(timedelta(microseconds=7))
        return self.instant


def test_an_attempt_is_taken_back_although_time_goes_on(tmp_path: Path) -> None:
    office = build_office(tmp_path, clock=Ticking())
    told = {"login": "clerk", "address": "10.0.0.1"}

    def left() -> Iterable[LoginAttempt]:
        with office.database.transaction(writes=False) as session:
            return session.scalars(select(LoginAttempt)).all()

    with office.as_system() as work:
        given = (work.session, office.clock, office.settings)
        attempts.note_failure(*given, **told)
        noted = attempts.note_failure(*given, **told)
        attempts.take_back(work.session, noted)
    assert len(list(left())) == 2
    with office.as_system() as work:
        given = (work.session, office.clock, office.settings)
        noted = attempts.note_failure(*given, **told)
        attempts.forgive(work.session, office.settings, noted, login="clerk")
    # What is left is the address of the first one, which was never right.
    assert len(list(left())) == 1
    office.close()
