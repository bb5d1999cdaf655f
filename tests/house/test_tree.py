"""Does the repository hold only what belongs there, and nothing that only one machine knows?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, add, caught, kept_files

TOP_LEVEL = {
    "README.md",
    "eakte",
    "migrations",
    "pyproject.toml",
    "scripts",
    "search",
    "storage",
    "tests",
}
# Each is written in two parts, so that this module does not name them itself.
HOSTS = [
    "registry." + "npmjs",
    "npm" + "js.org",
    "pypi" + ".org",
    "python" + "hosted",
    "deb." + "debian",
    "ghcr" + ".io",
    "docker" + ".io",
    "jsdelivr" + ".net",
    "unpkg" + ".com",
    "cdn" + "js",
    "proxy." + "golang",
]
REGISTRY = re.compile("|".join(re.escape(host) for host in HOSTS))
MACHINE_PATH = re.compile(
    r"(?<![\w.}/])/(" + "|".join(["wor" + "k", "far" + "m", "roo" + "t", r"home/\w+"]) + r")/"
)
# The address of a Markdown link, without the place on the page.
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


def strangers_at_the_top(root: Path) -> set[str]:
    """Name what lies beside the eight things the top level is made of."""
    return {
        path.parts[0]
        for path in kept_files(root)
        if not path.parts[0].startswith(".") and path.parts[0] not in TOP_LEVEL
    }


def _lines(root: Path, pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in kept_files(root):
        try:
            text = (root / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a sample
        found += [
            f"{path.as_posix()}:{number}"
            for number, line in enumerate(text.splitlines(), 1)
            if pattern.search(line)
        ]
    return found


def registry_hosts(root: Path) -> list[str]:
    """Name every line that names a host packages come from: that is for the machine to know."""
    return _lines(root, REGISTRY)


def machine_paths(root: Path) -> list[str]:
    """Name every line that names a folder which only some machine has."""
    return _lines(root, MACHINE_PATH)


def dead_links(root: Path) -> list[str]:
    """Name every link of a page to another one here that is not there."""
    return [
        f"{path.as_posix()} -> {link}"
        for path in kept_files(root)
        if path.suffix == ".md"
        for link in LINK.findall((root / path).read_text(encoding="utf-8"))
        if "://" not in link and not (root / path.parent / link).exists()
    ]


def test_nothing_else_lies_at_the_top() -> None:
    assert strangers_at_the_top(ROOT) == set()


def test_a_planted_stranger_at_the_top_is_caught(tmp_path: Path) -> None:
    found = caught(tmp_path, strangers_at_the_top, add("docs/notes.md", "notes\n"))
    assert found == {"docs"}


def test_no_registry_is_named() -> None:
    assert registry_hosts(ROOT) == []


def test_no_path_of_a_machine_is_named() -> None:
    assert machine_paths(ROOT) == []


def test_no_link_leads_nowhere() -> None:
    assert dead_links(ROOT) == []


def test_a_planted_dead_link_is_caught(tmp_path: Path) -> None:
    found = caught(tmp_path, dead_links, add("README.md", "\n[more](eakte/MORE.md#part)\n"))
    assert found == {"README.md -> eakte/MORE.md"}


@pytest.mark.parametrize("host", HOSTS)
def test_a_planted_registry_is_caught(tmp_path: Path, host: str) -> None:
    change = add("scripts/fetch", f"curl https://{host}/thing\n")
    assert caught(tmp_path, registry_hosts, change) == {"scripts/fetch:1"}


@pytest.mark.parametrize("folder", ["/wor" + "k/main", "/roo" + "t/.cache", "/home/" + "erika/x"])
def test_a_planted_path_of_a_machine_is_caught(tmp_path: Path, folder: str) -> None:
    change = add("eakte/where.py", f'HERE = "{folder}"\n')
    assert caught(tmp_path, machine_paths, change) == {"eakte/where.py:1"}
