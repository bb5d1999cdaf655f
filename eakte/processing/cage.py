"""How is a child shut in? By bubblewrap where it works, else by limits alone.

Inside bubblewrap the child sees the system's programs and libraries, this program's own code,
all read-only, and one folder of its own; no network, no other process, no capability, no setting.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from eakte.errors import PartUnavailable
from eakte.processing.limits import Confinement

log = logging.getLogger(__name__)

CODE = Path(__file__).resolve().parents[2]
INSIDE_CODE = "/eakte-code"
INSIDE_JOB = "/job"
SYSTEM_FOLDERS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SYSTEM_FILES = (
    *("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/etc/localtime"),
    *("/etc/libreoffice", "/var/cache/fontconfig"),
)
# Without eakte/model/__init__.py, which would bring the whole database along.
SHARED_CODE = (
    *("eakte/__init__.py", "eakte/processing"),
    *("eakte/interchange/__init__.py", "eakte/interchange/xjustiz"),
    *("eakte/model/findings.py", "eakte/model/signature.py"),
)
STAGE = "code"
PROBE_SECONDS = 15
SMALL_FOLDER = 4 * 1024 * 1024
START = (
    "import sys; sys.path.insert(0, {code!r}); "
    "from eakte.processing.{program} import main; sys.exit(main())"
)


def strongest() -> Confinement:
    """BWRAP where bubblewrap is installed and may do its work here, else LIMITS."""
    try:
        tried = subprocess.run(
            [*_bubblewrap(Path("/tmp")), "/bin/true"],  # noqa: S108 - only mounted, to try it
            capture_output=True,
            timeout=PROBE_SECONDS,
            check=False,
            env={"PATH": "/usr/bin:/bin"},
        )
    except (OSError, subprocess.SubprocessError):
        return Confinement.LIMITS
    return Confinement.BWRAP if tried.returncode == 0 else Confinement.LIMITS


def command(confinement: Confinement, folder: Path, program: str = "child") -> list[str]:
    """The command line of a child whose own folder is ``folder``."""
    if confinement is Confinement.BWRAP:
        return [*_bubblewrap(folder), *_python(INSIDE_CODE, program)]
    return _python(str(folder.parent / STAGE), program)


def stage(scratch: Path) -> None:
    """Lay out the code that a child needs, and no more of it, beside the children's folders."""
    for part in SHARED_CODE:
        place = scratch / STAGE / part
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(CODE / part)


def environment(confinement: Confinement, folder: Path) -> dict[str, str]:
    """All that the child learns from its surroundings: no setting, no secret."""
    own = INSIDE_JOB if confinement is Confinement.BWRAP else str(folder)
    known = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "HOME": own,
        "TMPDIR": own,
        "OMP_THREAD_LIMIT": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }
    models = os.environ.get("TESSDATA_PREFIX")
    return known | ({"TESSDATA_PREFIX": models} if models else {})


def _python(code: str, program: str) -> list[str]:
    # -I: neither the surroundings nor the folder may bring modules; -B: nothing is written.
    return [sys.executable, "-I", "-B", "-c", START.format(code=code, program=program)]


def _bubblewrap(folder: Path) -> list[str]:
    mounts: list[str] = []
    for system in SYSTEM_FOLDERS:
        path = Path(system)
        if path.is_symlink():
            mounts += ["--symlink", str(path.readlink()), system]
        elif path.is_dir():
            mounts += ["--ro-bind", system, system]
    for system in SYSTEM_FILES:
        mounts += ["--ro-bind-try", system, system]
    for home in _homes_of_python():
        mounts += ["--ro-bind", home, home]
    for part in SHARED_CODE:
        mounts += ["--ro-bind", str(CODE / part), f"{INSIDE_CODE}/{part}"]
    models = os.environ.get("TESSDATA_PREFIX")
    if models:
        mounts += ["--ro-bind-try", models, models]
    return [
        "bwrap",
        *("--unshare-all", "--unshare-user", "--disable-userns"),
        *("--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        # LibreOffice talks to itself over a socket in /tmp, whatever TMPDIR says.
        *("--size", str(SMALL_FOLDER), "--tmpfs", "/tmp"),  # noqa: S108  # a folder of its own
        *("--uid", "65534", "--gid", "65534", "--hostname", "eakte"),
        *mounts,
        *("--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"),
        *("--bind", str(folder), INSIDE_JOB, "--remount-ro", "/", "--chdir", INSIDE_JOB),
        "--",
    ]


def _homes_of_python() -> Sequence[str]:
    """Where the interpreter and its packages lie, apart from the system's own folders."""
    homes = {Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve()}
    homes.add(Path(sys.executable).resolve().parents[1])
    outside = [home for home in homes if not home.is_relative_to("/usr")]
    return [str(home) for home in sorted(outside)]


def chosen(wanted: Confinement) -> Confinement:
    """Return how documents are shut in here, given what the settings want.

    Raises:
        PartUnavailable: bubblewrap is asked for and does not work.
    """
    if wanted is Confinement.LIMITS:
        return wanted
    works = strongest()
    if works is Confinement.LIMITS and wanted is Confinement.BWRAP:
        raise PartUnavailable(
            "EAKTE_SANDBOX verlangt bubblewrap, das hier aber nicht arbeitet.",
            next_step="Bitte installieren Sie das Paket bubblewrap und erlauben Sie "
            "Benutzer-Namensräume, oder setzen Sie EAKTE_SANDBOX=auto.",
        )
    if works is Confinement.LIMITS:
        log.warning(
            "bubblewrap arbeitet hier nicht: Dokumente werden nur mit Grenzen für Speicher, "
            "Zeit und Dateien verarbeitet, nicht in einer eigenen Umgebung ohne Netz. "
            "Abhilfe: Paket bubblewrap installieren, Benutzer-Namensräume erlauben."
        )
    return works
