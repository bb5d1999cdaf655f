"""What is a scanning PC told: which folder, which office, which key? One TOML file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from eakte.errors import BadInput
from eakte.signed import read_public_key

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
WORDS = {"operator": 200, "device": 200, "department": 40, "order": 40}
ORDERS = ("as-read", "fronts-then-backs", "fronts-then-backs-reversed")
NUMBERS = {
    "look_seconds": 0.5,
    "still_seconds": 2.0,
    "first_pause_seconds": 2.0,
    "longest_pause_seconds": 600.0,
    "answer_seconds": 120.0,
    "part_mb": 8.0,
}
KNOWN = {"server", "token_file", "key", "folder", "state", "delivered", "ca", "settings"}


@dataclass(frozen=True)
class Plan:
    """How one scanning PC is set up; paths are absolute.

    ``delivered`` is where sources go once the receipt is safe; None: they are removed. The folder
    is looked into every ``look_seconds``.
    """

    server: str
    token_file: Path
    key: str
    folder: Path
    state: Path
    delivered: Path | None
    ca: Path | None
    words: dict[str, str]
    settings: dict[str, str]
    look_seconds: float
    still_seconds: float
    first_pause_seconds: float
    longest_pause_seconds: float
    answer_seconds: float
    part_bytes: int

    @property
    def journal(self) -> Path:
        """Where the journal lies."""
        return self.state / "journal.db"

    @property
    def outbox(self) -> Path:
        """Where the copies wait that are being delivered."""
        return self.state / "unterwegs"

    @property
    def receipts(self) -> Path:
        """Where the receipts are kept."""
        return self.state / "quittungen"

    @property
    def refused(self) -> Path:
        """Where lies what the office does not take, each with its reason."""
        return self.state / "nicht-angenommen"

    def token(self) -> str:
        """Return the station's key, read anew so that a change needs no restart.

        Raises:
            BadInput: there is none.
        """
        try:
            token = self.token_file.read_text(encoding="ascii").strip()
        except (OSError, ValueError) as error:
            raise BadInput(
                "Der Schlüssel der Scanstation in „%(path)s“ ist nicht lesbar.",
                path=self.token_file,
            ) from error
        if not token:
            raise BadInput(
                "Der Schlüssel der Scanstation fehlt in „%(path)s“.", path=self.token_file
            )
        return token


def read_plan(path: Path) -> Plan:
    """Return what a file says; its paths are read from where it lies.

    Raises:
        BadInput: it cannot be read, something is missing or unknown, or the address is not safe.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput("„%(path)s“ ist nicht lesbar: %(fault)s", path=path, fault=error) from error
    strangers = sorted(told.keys() - KNOWN - WORDS.keys() - NUMBERS.keys())
    missing = [name for name in ("server", "token_file", "key", "folder") if name not in told]
    if strangers or missing:
        raise BadInput(
            "In „%(path)s“ fehlt oder ist unbekannt: %(names)s.",
            path=path,
            names=", ".join([*missing, *strangers]),
        )
    home = path.absolute().parent
    numbers = {name: _number(told, name) for name in NUMBERS}
    return Plan(
        server=_address(_text(told, "server")),
        token_file=home / _text(told, "token_file"),
        key=_key(home / _text(told, "key")),
        folder=home / _text(told, "folder"),
        state=home / _text(told, "state", "station"),
        delivered=home / _text(told, "delivered") if told.get("delivered") else None,
        ca=home / _text(told, "ca") if told.get("ca") else None,
        words=_words(told),
        settings=_settings(told.get("settings", {})),
        look_seconds=numbers["look_seconds"],
        still_seconds=numbers["still_seconds"],
        first_pause_seconds=numbers["first_pause_seconds"],
        longest_pause_seconds=numbers["longest_pause_seconds"],
        answer_seconds=numbers["answer_seconds"],
        part_bytes=max(1, int(numbers["part_mb"] * 1_000_000)),
    )


def _text(told: dict[str, Any], name: str, default: str = "") -> str:
    said = told.get(name, default)
    if not isinstance(said, str):
        raise BadInput("Die Angabe „%(name)s“ ist kein Text.", name=name)
    return said


def _words(told: dict[str, Any]) -> dict[str, str]:
    """What is said of every document; what the office would not take is told before."""
    words = {name: _text(told, name) for name in WORDS if told.get(name)}
    for name, said in words.items():
        if len(said) > WORDS[name]:
            raise BadInput("Die Angabe „%(name)s“ ist zu lang.", name=name)
    if words.get("order", ORDERS[0]) not in ORDERS:
        raise BadInput("Die Angabe „%(name)s“ gibt es hier nicht.", name="order")
    return words


def _number(told: dict[str, Any], name: str) -> float:
    said = told.get(name, NUMBERS[name])
    if isinstance(said, bool) or not isinstance(said, int | float) or said <= 0:
        raise BadInput("Die Angabe „%(name)s“ ist keine Zahl über 0.", name=name)
    return float(said)


def _settings(told: object) -> dict[str, str]:
    if not isinstance(told, dict):
        raise BadInput("Die Angabe „%(name)s“ ist keine Tabelle.", name="settings")
    return {str(name): str(said) for name, said in told.items()}


def _address(server: str) -> str:
    parts = urlsplit(server)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not safe or not parts.hostname:
        raise BadInput("Der Server braucht eine Adresse mit https://.")
    return server.rstrip("/")


def _key(path: Path) -> str:
    try:
        return read_public_key(path.read_bytes())
    except OSError as error:
        raise BadInput(
            "Der öffentliche Schlüssel der Behörde in „%(path)s“ ist nicht lesbar.", path=path
        ) from error
