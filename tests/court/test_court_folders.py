"""Is a folder of the mailbox program taken when it is whole, as one delivery, and never twice?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import select

from eakte import mails
from eakte.bootstrap import Office
from eakte.intake import court_folders
from eakte.intake.court_folders import CourtFolders
from eakte.intake.folder import FolderIntake
from eakte.interchange.xjustiz.message import PACKAGE_TYPE
from eakte.model.document import Document
from eakte.processing.sandbox import Sandbox
from tests.builders import SECRET, Staff, house
from tests.court.messages import SENT, laid_out, stored
from tests.house.tree import ROOT
from tests.mail.letters import A_PDF


def watching(
    office: Office, folder: Path, sandbox: Sandbox, *, patience: float = 900
) -> CourtFolders:
    return CourtFolders(
        office.as_system,
        folder,
        department="sbr",
        look=lambda path, name: sandbox.look(path, name=name),
        patience=patience,
    )


def turned(watched: CourtFolders) -> list[str]:
    """Two looks, so that what lies there stood still; what was dealt with."""
    list(watched.turn(still_seconds=0))
    return [delivery.folder.name for delivery, _ in watched.turn(still_seconds=0)]


def numbers(office: Office) -> list[str]:
    with office.as_system() as work:
        return [
            one.original_name
            for one in work.session.scalars(select(Document).order_by(Document.receipt_number))
        ]


def test_a_folder_is_taken_as_one_delivery_when_it_is_whole(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, _ = home
    contents = stored(A_PDF)
    late = contents.pop(SENT[0].name)
    folder = laid_out(tmp_path / "in" / "Nachricht 4711", contents)
    watched = watching(office, tmp_path / "in", sandbox)
    assert turned(watched) == []
    (folder / f"{SENT[0].name}.part").write_bytes(late[:10])
    assert turned(watched) == []
    (folder / f"{SENT[0].name}.part").rename(folder / SENT[0].name)
    (folder / SENT[0].name).write_bytes(late)
    assert turned(watched) == ["Nachricht 4711"]
    assert numbers(office) == ["Nachricht 4711.zip"]
    assert list((tmp_path / "in").iterdir()) == []


def test_a_folder_that_stays_incomplete_comes_in_and_says_what_is_missing(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, _ = home
    contents = stored(A_PDF)
    del contents[SENT[0].name]
    laid_out(tmp_path / "in" / "n", contents)
    assert turned(watching(office, tmp_path / "in", sandbox)) == []
    assert turned(watching(office, tmp_path / "in", sandbox, patience=0)) == ["n"]
    with office.as_system() as work:
        document = work.session.scalars(select(Document)).one()
        receipt_id = document.id
        task = mails.begin(work, receipt_id)
    assert task is not None
    (tmp_path / "work").mkdir()
    product = mails.make(
        office.store, sandbox, task, folder=tmp_path / "work", progress=lambda *_: None
    )
    assert [one.code for one in product.outcome.problems] == ["court-incomplete"]
    assert SENT[0].name in product.outcome.problems[0].message


def test_a_crash_between_receipt_and_removal_makes_no_second_message(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, _ = home
    contents = stored(A_PDF)
    folder = laid_out(tmp_path / "in" / "n", contents)
    times = {one.name: one.stat().st_mtime_ns for one in folder.iterdir()}
    assert turned(watching(office, tmp_path / "in", sandbox)) == ["n"]
    assert not folder.exists()
    # As a crash would leave it: committed, but the folder with its old times still there.
    laid_out(folder, contents)
    for name, at in times.items():
        os.utime(folder / name, ns=(at, at))
    assert turned(watching(office, tmp_path / "in", sandbox)) == ["n"]
    assert numbers(office) == ["n.zip"]
    assert not folder.exists()


def test_what_is_stopped_while_it_is_removed_is_no_message_any_more(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, _ = home
    folder = laid_out(tmp_path / "in" / "n", stored(A_PDF))
    seen = court_folders.seen_in(folder)
    (folder / "xjustiz_nachricht.xml").unlink()
    assert turned(watching(office, tmp_path / "in", sandbox)) == []
    court_folders.remove(seen)
    assert not folder.exists()


def test_a_folder_with_links_is_set_aside_with_its_reason(
    home: tuple[Office, Staff], sandbox: Sandbox, tmp_path: Path
) -> None:
    office, _ = home
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(b"%PDF-1.7 secret")
    folder = laid_out(tmp_path / "in" / "n", stored(A_PDF))
    (folder / "link.pdf").symlink_to(secret)
    intake = FolderIntake(
        office.as_system,
        tmp_path / "in",
        department="sbr",
        look=lambda path, name: sandbox.look(path, name=name),
    )
    intake.turn()
    time.sleep(court_folders.STILL_SECONDS + 0.05)
    intake.turn()
    aside = tmp_path / "in" / "nicht-angenommen"
    assert (aside / "n").is_dir()
    assert "mehr, als eine Nachricht" in (aside / "n.grund.txt").read_text(encoding="utf-8")
    assert numbers(office) == []


def test_a_folder_is_delivered_by_command_too(tmp_path: Path) -> None:
    house_folder, folder = tmp_path / "house", tmp_path / "Nachricht 4711"
    laid_out(folder, stored(A_PDF))
    environment = {
        **os.environ,
        "EAKTE_DATA": str(house_folder),
        "EAKTE_SECRET_KEY": SECRET,
        "EAKTE_LOG_LEVEL": "error",
    }
    with house(house_folder):
        pass
    command = [sys.executable, "-m", "eakte.cli", "receive", "--json", "--department", "sbr"]
    run = subprocess.run(
        [*command, str(folder)],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert (told["name"], told["media_type"]) == ("Nachricht 4711.zip", PACKAGE_TYPE)
    assert (folder / "xjustiz_nachricht.xml").is_file()
