"""How does the first administrator come into an empty house?"""

from __future__ import annotations

import argparse
import getpass
import sys

from eakte.access.accounts import create_user, departments
from eakte.cli.opened import house, tell
from eakte.config import Settings
from eakte.errors import BadInput, NotFound
from eakte.model.user import Role

Commands = argparse._SubParsersAction  # the only name argparse has for it


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add user."""
    user = commands.add_parser("user", help="ein Konto anlegen; das Kennwort wird abgefragt")
    user.add_argument("login", metavar="ANMELDENAME")
    user.add_argument("--name", required=True)
    user.add_argument("--role", action="append", default=[], choices=[role.value for role in Role])
    user.add_argument("--department", action="append", default=[], metavar="KÜRZEL")
    user.add_argument("--password-stdin", action="store_true", help="Kennwort von der Eingabe")
    user.add_argument("--json", action="store_true")
    user.set_defaults(run=_user)


def _user(given: argparse.Namespace, settings: Settings) -> int:
    password = _password(from_input=given.password_stdin)
    with house(settings) as office, office.as_system() as work:
        known = {unit.key: unit for unit in departments(work.session)}
        missing = [key for key in given.department if key not in known]
        if missing:
            raise NotFound("Das Sachgebiet „%(name)s“ gibt es nicht.", name=missing[0])
        user = create_user(
            work,
            given.login,
            name=given.name,
            password=password,
            roles={Role(role) for role in given.role},
            departments=[known[key] for key in given.department],
        )
        told = {"user": str(user.id), "login": user.login, "roles": user.roles}
    tell(told, f"Das Konto „{told['login']}“ ist angelegt.", as_json=given.json)
    return 0


def _password(*, from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Kennwort: ")
    if getpass.getpass("Kennwort wiederholen: ") != first:
        raise BadInput("Die beiden Kennwörter sind verschieden.")
    return first
