"""What waits in the mailbox of a unit, and may it be marked as taken in?

A message is marked only when its receipt is committed, and never deleted. A message that comes
again, because its mark was lost or the server has numbered its folder anew, is known by its bytes.
"""

from __future__ import annotations

import hashlib
import imaplib
import logging
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from imap_tools.errors import ImapToolsError, MailboxLoginError
from imap_tools.imap_utf7 import utf7_encode
from imap_tools.mailbox import BaseMailBox, MailBox, MailBoxUnencrypted

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.config import Settings
from eakte.errors import EakteError, PartUnavailable, machine_faults_named
from eakte.intake.delivering import Begin, Declared, LookAt, deliver
from eakte.intake.receiving import Receipt
from eakte.model.document import Source
from eakte.model.message import Mailbox
from eakte.unit_of_work import UnitOfWork

log = logging.getLogger("eakte.intake")

ANSWER_SECONDS = 60.0
# Keywords (RFC 3501, 2.3.2): other programs show them and leave them alone.
TAKEN, REFUSED = "eAkteAngenommen", "eAkteAbgelehnt"
NUMBER = re.compile(rb"UID (\d+)")
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class SignInRefused(PartUnavailable):
    """The server knows the person not by this password; asking at once again may lock them out."""


class MailboxIntake:
    """Takes in what lies in a mailbox, turn by turn, and never a message twice."""

    def __init__(
        self,
        begin: Begin,
        settings: Settings,
        *,
        look: LookAt,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._begin = begin
        self._settings = settings
        self._look = look
        self._stopping = stopping
        named = f"{settings.mail_user}\0{settings.mail_host}\0{settings.mail_folder}"
        self.key = hashlib.sha256(named.encode()).hexdigest()

    def turn(self) -> bool:
        """Take in what is new; True when something was taken in.

        Raises:
            PartUnavailable: the house or the server is out of reach; messages stay where they are,
                unmarked, and the next turn finds them again.
        """
        try:
            taken = self._turn()
        except PartUnavailable as error:
            self._note(error.message)
            raise
        self._note("")
        return taken

    def _turn(self) -> bool:
        taken = False
        with self._opened() as box:
            validity, marks = self._choose_folder(box)
            for uid in self._new(box, validity, marks=marks):
                if self._stopping():
                    break
                taken = self._take(box, validity, uid, marks=marks) or taken
        return taken

    @contextmanager
    def _opened(self) -> Iterator[BaseMailBox]:
        """A connection that is signed in; every fault in it says what is out of reach."""
        settings = self._settings
        where = f"{settings.mail_host}:{settings.mail_port}"
        box: BaseMailBox | None = None
        try:
            box = self._connected()
            if settings.mail_security == "starttls":
                box.client.starttls(ssl_context=self._trusted())
            password = self._password()
            # LOGIN knows plain characters alone (RFC 3501, 6.2.3).
            plain = (settings.mail_user + password).isascii()
            sign_in = box.login if plain else box.login_utf8
            sign_in(settings.mail_user, password, initial_folder=None)
            yield box
        except MailboxLoginError as error:
            raise SignInRefused(
                "Der Mailserver %(where)s nimmt die Anmeldung des Postfachs nicht an; bitte prüfen "
                "Sie EAKTE_MAIL_USER und das Kennwort.",
                where=where,
            ) from error
        except ssl.SSLCertVerificationError as error:
            raise PartUnavailable(
                "Dem Mailserver %(where)s wird nicht vertraut: %(fault)s",
                where=where,
                fault=error.verify_message,
            ) from error
        except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
            raise PartUnavailable(
                "Der Mailserver %(where)s ist zurzeit nicht erreichbar oder bricht ab; Nachrichten "
                "bleiben dort.",
                where=where,
            ) from error
        finally:
            if box is not None:
                _leave(box)

    def _connected(self) -> BaseMailBox:
        settings = self._settings
        host, port = settings.mail_host, settings.mail_port
        if settings.mail_security != "tls":
            return MailBoxUnencrypted(host, port, timeout=ANSWER_SECONDS)
        return MailBox(host, port, timeout=ANSWER_SECONDS, ssl_context=self._trusted())

    def _trusted(self) -> ssl.SSLContext:
        authority = self._settings.mail_ca_file
        return ssl.create_default_context(cafile=str(authority) if authority else None)

    def _password(self) -> str:
        path = self._settings.mail_password_file
        try:
            return path.read_text(encoding="utf-8").rstrip("\r\n") if path else ""
        except (OSError, ValueError) as error:
            raise PartUnavailable(
                "Das Kennwort des Postfachs ist nicht lesbar (EAKTE_MAIL_PASSWORD_FILE)."
            ) from error

    def _choose_folder(self, box: BaseMailBox) -> tuple[int, bool]:
        """Open the folder; its validity, and whether messages in it can be marked."""
        settings = self._settings
        if settings.mail_done_folder and not box.folder.exists(settings.mail_done_folder):
            box.folder.create(settings.mail_done_folder)
        try:
            box.folder.set(settings.mail_folder)
        except ImapToolsError as error:
            raise PartUnavailable(
                "Im Postfach gibt es den Ordner „%(folder)s“ nicht.", folder=settings.mail_folder
            ) from error
        validity = _last(box.client.response("UIDVALIDITY"))
        flags = _last(box.client.response("PERMANENTFLAGS"))
        marks = b"\\*" in flags or TAKEN.lower().encode() in flags.lower()
        return int(validity or 0), marks

    def _new(self, box: BaseMailBox, validity: int, *, marks: bool) -> list[int]:
        """The numbers of what was not taken in yet, the oldest first.

        Marks say so where the server keeps them: they outlive what else is known of the folder.
        Elsewhere it is the number up to which it was read, which holds within one validity.
        """
        after = 0
        if not marks and not self._settings.mail_done_folder:
            with self._begin() as work:
                known = work.session.get(Mailbox, self.key)
                if known is not None and known.validity == validity:
                    after = known.uid
        wanted = f"UNKEYWORD {TAKEN} UNKEYWORD {REFUSED}" if marks else f"UID {after + 1}:*"
        status, found = box.client.uid("SEARCH", wanted)
        if status != "OK":
            raise imaplib.IMAP4.error("search refused")
        numbers = (int(one) for line in found if line for one in line.split())
        # "7:*" names the last message even where its number is smaller.
        return sorted(number for number in numbers if number > after)

    def _take(self, box: BaseMailBox, validity: int, uid: int, *, marks: bool) -> bool:
        """Take in one message and mark it; True when it is new."""
        limit = self._settings.max_upload_bytes
        if _size(box, uid) > limit:
            self._refused(
                box, uid, f"größer als die erlaubten {limit // 1_000_000} MB", marks=marks
            )
            return False
        content = _fetched(box, uid)
        if content is None:
            return False
        digest = hashlib.sha256(content).hexdigest()
        declared = Declared(
            name=f"nachricht-{uid}.eml",
            source=Source.MAIL,
            department=self._settings.mail_department or None,
            sha256=digest,
            size=len(content),
            key=f"mail:{self.key[:32]}:{digest}",
        )

        def read_so_far(work: UnitOfWork, receipt: Receipt) -> None:
            _read(work, self.key, validity=validity, uid=uid)

        with self._spooled(content) as path:
            try:
                receipt = deliver(
                    self._begin,
                    path,
                    declared=declared,
                    look=self._look,
                    then=read_so_far,
                )
            except PartUnavailable:
                raise
            except EakteError as error:
                self._refused(box, uid, error.message, marks=marks)
                return False
        # Only now, with the receipt committed.
        self._mark(box, uid, TAKEN, marks=marks)
        log.info("took document number %s from the mailbox", receipt.number)
        return not receipt.repeated

    @contextmanager
    def _spooled(self, content: bytes) -> Iterator[Path]:
        """A message on our own disk while it is taken in; a full disk is none of the server's."""
        folder = self._settings.work_folder
        with machine_faults_named():
            folder.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=folder, prefix="nachricht-") as spool:
                spool.write(content)
                spool.flush()
                yield Path(spool.name)

    def _mark(self, box: BaseMailBox, uid: int, keyword: str, *, marks: bool) -> None:
        """Mark a message, and move what was taken in to where it shall lie; nothing is deleted.

        A server that refuses loses nothing: the message is known when it comes again.
        """
        if marks:
            status, _ = box.client.uid("STORE", str(uid), "+FLAGS.SILENT", f"({keyword})")
            if status != "OK":
                log.warning("Der Mailserver nimmt die Markierung einer Nachricht nicht an.")
        target = self._settings.mail_done_folder
        if not target or keyword != TAKEN:
            return
        # Asked anew: what a server can do it often tells only after the sign-in.
        _, able = box.client.capability()
        if b"MOVE" not in b" ".join(one for one in able if one).upper().split():
            log.warning("Der Mailserver kann nicht verschieben; Nachrichten bleiben, wo sie sind.")
            return
        status, _ = box.client.uid(
            "MOVE", str(uid), '"' + utf7_encode(target).decode("ascii") + '"'
        )
        if status != "OK":
            log.warning("Der Mailserver verschiebt nicht nach „%s“.", target)

    def _refused(self, box: BaseMailBox, uid: int, reason: str, *, marks: bool) -> None:
        log.warning("Nachricht %s im Postfach wurde nicht angenommen: %s", uid, reason)
        self._mark(box, uid, REFUSED, marks=marks)

    def _note(self, problem: str) -> None:
        """Keep when the mailbox was read and what stands in the way, for whoever watches."""
        with suppress(PartUnavailable), self._begin() as work:
            require(work, Action.MAINTAIN)
            row = _row(work, self.key)
            row.problem = problem
            if not problem:
                row.read_at = work.clock.now()


def _leave(box: BaseMailBox) -> None:
    """Say goodbye; what was taken is marked already, so one that fails changes nothing."""
    try:
        box.logout()
    except (ImapToolsError, imaplib.IMAP4.error, OSError):
        with suppress(OSError):
            box.client.shutdown()


def _row(work: UnitOfWork, key: str) -> Mailbox:
    row = work.session.get(Mailbox, key)
    if row is None:
        row = Mailbox(key=key, validity=0, uid=0, read_at=None, problem="")
        work.session.add(row)
    return row


def _read(work: UnitOfWork, key: str, *, validity: int, uid: int) -> None:
    row = _row(work, key)
    row.uid = max(row.uid, uid) if row.validity == validity else uid
    row.validity = validity


def _last(answer: tuple[str, list[Any]]) -> bytes:
    told = [one for one in answer[1] if isinstance(one, bytes)]
    return told[-1] if told else b""


def _size(box: BaseMailBox, uid: int) -> int:
    status, told = box.client.uid("FETCH", str(uid), "(UID RFC822.SIZE)")
    if status != "OK":
        raise imaplib.IMAP4.error("fetch refused")
    sizes = [SIZE.search(_line(one)) for one in told if _is_of(one, uid)]
    return next((int(found.group(1)) for found in sizes if found), 0)


def _fetched(box: BaseMailBox, uid: int) -> bytes | None:
    """The bytes of a message, unmarked as read; None when it is gone meanwhile."""
    status, told = box.client.uid("FETCH", str(uid), "(UID BODY.PEEK[])")
    if status != "OK":
        raise imaplib.IMAP4.error("fetch refused")
    for one in told:
        if isinstance(one, tuple) and _is_of(one, uid):
            return bytes(one[1])
    return None


def _line(one: object) -> bytes:
    line = one[0] if isinstance(one, tuple) else one
    return line if isinstance(line, bytes) else b""


def _is_of(one: object, uid: int) -> bool:
    found = NUMBER.search(_line(one))
    return found is not None and int(found.group(1)) == uid
