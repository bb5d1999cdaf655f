"""Is every command known under the module that brings it, and loads a scanning PC only its own?"""

from __future__ import annotations

import argparse
import subprocess
import sys
from importlib import import_module

import pytest

from eakte.cli import FAMILIES, main


@pytest.mark.parametrize("family", FAMILIES)
def test_a_module_brings_the_commands_that_are_written_down(family: str) -> None:
    commands = argparse.ArgumentParser().add_subparsers()
    import_module(family).add_commands(commands)
    assert set(commands.choices) == set(FAMILIES[family])


def test_whoever_asks_for_help_is_told_of_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    told = capsys.readouterr().out
    assert [name for names in FAMILIES.values() for name in names if f" {name}" not in told] == []


def test_the_program_of_a_scanning_pc_loads_neither_web_nor_database() -> None:
    code = (
        "import sys\nfrom eakte.cli import main\n"
        "try: main(['station', '--help'])\n"
        "except SystemExit: pass\n"
        "loaded = {one.split('.')[0] for one in sys.modules}\n"
        "print(sorted(loaded & {'flask', 'sqlalchemy', 'numpy'}))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1] == "[]"
