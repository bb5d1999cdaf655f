"""Which ways in does the background look into by itself: a watched folder, a mailbox, archives?"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from eakte.bootstrap import Office
from eakte.errors import PartUnavailable
from eakte.intake.folder import FolderIntake
from eakte.intake.mailbox import MailboxIntake, SignInRefused
from eakte.processing.limits import Limits
from eakte.processing.sandbox import Sandbox
from eakte.retention.archive_folder import ArchiveFolders

log = logging.getLogger("eakte.worker")

Turns = Callable[[Callable[[], bool]], None]
# A server that refused the password counts; asked too often, it shuts the person out.
AFTER_REFUSAL_SECONDS = 900
# An archive takes weeks to answer: a few seconds more do not matter.
ARCHIVE_SECONDS = 5.0


def doors(office: Office, forever: Turns, stopping: threading.Event) -> Iterator[threading.Thread]:
    """Yield a thread, not yet started, for each way in that the settings name."""
    settings = office.settings
    if settings.watch_folder is not None:
        watch = partial(_watch, office, settings.watch_folder, forever)
        yield threading.Thread(target=watch, name="watch", daemon=True)
    if settings.court_answers is not None:
        # What a court answers lies in a folder of its own, and comes in by the same door.
        answers = partial(_watch, office, settings.court_answers, forever)
        yield threading.Thread(target=answers, name="answers", daemon=True)
    if settings.archive_folder is not None:
        listen = partial(_listen, office, settings.archive_folder, forever, stopping)
        yield threading.Thread(target=listen, name="archives", daemon=True)
    if settings.mail_host:
        fetch = partial(_fetch_mail, office, forever, stopping)
        yield threading.Thread(target=fetch, name="mail", daemon=True)


def _watch(office: Office, folder: Path, forever: Turns) -> None:
    with closing(Sandbox(Limits.of(office.settings), warm=False)) as sandbox:
        intake = FolderIntake(
            office.as_system,
            folder,
            department=office.settings.watch_department,
            look=lambda path, name: sandbox.look(path, name=name),
        )

        def turn() -> bool:
            folder.mkdir(parents=True, exist_ok=True)
            return intake.turn()

        forever(turn)


def _listen(office: Office, folder: Path, forever: Turns, stopping: threading.Event) -> None:
    folders = ArchiveFolders(office.as_system, folder)

    def turn() -> bool:
        folders.turn()
        stopping.wait(ARCHIVE_SECONDS)
        return True

    forever(turn)


def _fetch_mail(office: Office, forever: Turns, stopping: threading.Event) -> None:
    with closing(Sandbox(Limits.of(office.settings), warm=False)) as sandbox:
        intake = MailboxIntake(
            office.as_system,
            office.settings,
            look=lambda path, name: sandbox.look(path, name=name),
            stopping=stopping.is_set,
        )

        def turn() -> bool:
            pause: float = office.settings.mail_seconds
            try:
                intake.turn()
            except SignInRefused as error:
                log.warning("%s", error.message)
                pause = max(pause, AFTER_REFUSAL_SECONDS)
            except PartUnavailable as error:
                log.warning("%s", error.message)
            stopping.wait(pause)
            return True

        forever(turn)
