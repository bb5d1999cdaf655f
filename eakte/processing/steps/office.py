"""How does an office document become a PDF? By LibreOffice, in a profile made for this one job.

It runs where everything of the sandbox runs: without a network, within its memory and time. The
profile forbids macros, links that are followed when opening, and everything that asks back.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from pathlib import Path

from eakte.processing.limits import Limits
from eakte.processing.machine import must_not_be_to_blame

OPEN_XML = "application/vnd.openxmlformats-officedocument."
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
WRITER, CALC, IMPRESS = "writer", "calc", "impress"
# By the ending LibreOffice chooses how it reads, and by the family how it writes.
KINDS: dict[str, tuple[str, str]] = {
    "application/msword": ("doc", WRITER),
    "application/rtf": ("rtf", WRITER),
    "text/rtf": ("rtf", WRITER),
    "application/vnd.ms-excel": ("xls", CALC),
    "application/vnd.ms-powerpoint": ("ppt", IMPRESS),
    f"{OPEN_XML}wordprocessingml.document": ("docx", WRITER),
    f"{OPEN_XML}spreadsheetml.sheet": ("xlsx", CALC),
    f"{OPEN_XML}presentationml.presentation": ("pptx", IMPRESS),
    f"{OPEN_DOCUMENT}text": ("odt", WRITER),
    f"{OPEN_DOCUMENT}text-template": ("ott", WRITER),
    f"{OPEN_DOCUMENT}spreadsheet": ("ods", CALC),
    f"{OPEN_DOCUMENT}spreadsheet-template": ("ots", CALC),
    f"{OPEN_DOCUMENT}presentation": ("odp", IMPRESS),
    f"{OPEN_DOCUMENT}presentation-template": ("otp", IMPRESS),
}
PROGRAM = "soffice"
ATTEMPTS = 2
OPTIONS = (
    *("--headless", "--invisible", "--nodefault", "--nofirststartwizard", "--nolockcheck"),
    *("--nologo", "--norestore"),
)
SETTING = (
    '<item oor:path="/org.openoffice.Office.{path}"><prop oor:name="{name}" oor:op="fuse">'
    "<value>{value}</value></prop></item>"
)
SETTINGS = (
    ("Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Common/Misc", "FirstRun", "false"),
    ("Common/Save/Document", "CreateBackup", "false"),
    ("Common/Save/Document", "AutoSave", "false"),
    ("Recovery/RecoveryInfo", "Enabled", "false"),
    ("Recovery/AutoSave", "Enabled", "false"),
    ("Java/VirtualMachine", "Enable", "false"),
    # 2: never.
    ("Writer/Content/Update", "Link", "2"),
    ("Calc/Content/Update", "Link", "2"),
)
PROFILE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items '
    'xmlns:oor="http://openoffice.org/2001/registry" '
    'xmlns:xs="http://www.w3.org/2001/XMLSchema" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{items}</oor:items>\n'
)


class CannotConvert(Exception):
    """There is no PDF; ``code`` names the problem."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def convert(path: Path, folder: Path, *, media_type: str, limits: Limits) -> Path:
    """Write an office document as PDF into ``folder`` and return where it lies.

    Raises:
        CannotConvert: the type is unknown, LibreOffice is missing, fails, or takes too long.
    """
    if media_type not in KINDS:
        raise CannotConvert("unknown-type")
    program = shutil.which(PROGRAM)
    if program is None:
        raise CannotConvert("office-missing")
    ending, family = KINDS[media_type]
    source = folder / f"office.{ending}"
    shutil.copyfile(path, source)
    until = time.monotonic() + limits.office_seconds
    for attempt in range(ATTEMPTS):
        target = folder / f"office-{attempt}"
        _run(
            program,
            source,
            target,
            family=family,
            profile=folder / f"profile-{attempt}",
            until=until,
        )
        made = target / "office.pdf"
        if made.is_file() and made.stat().st_size:
            return made
    raise CannotConvert("office-failed")


def _run(
    program: str, source: Path, target: Path, *, family: str, profile: Path, until: float
) -> None:
    _write_profile(profile)
    target.mkdir()
    patience = max(1.0, until - time.monotonic())
    try:
        subprocess.run(
            [
                program,
                f"-env:UserInstallation={profile.as_uri()}",
                *OPTIONS,
                "--convert-to",
                f"pdf:{family}_pdf_Export",
                "--outdir",
                str(target),
                str(source),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=source.parent,
            env=os.environ | {"SAL_USE_VCLPLUGIN": "svp", "SAL_DISABLE_OPENCL": "1"},
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        # What it has started besides ends with the child's whole group.
        raise CannotConvert("office-timeout") from error
    except OSError as error:
        must_not_be_to_blame(error)
        raise CannotConvert("office-missing") from error


def _write_profile(profile: Path) -> None:
    user = profile / "user"
    user.mkdir(parents=True)
    items = "".join(
        SETTING.format(path=path, name=name, value=value) for path, name, value in SETTINGS
    )
    (user / "registrymodifications.xcu").write_text(PROFILE.format(items=items), encoding="utf-8")
    with contextlib.suppress(OSError):
        profile.chmod(0o700)
