"""Is a mailbox on a real server emptied of nothing, read without a gap, and never twice?"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from eakte.bootstrap import Office
from eakte.config import load_settings
from eakte.doors import doors
from eakte.errors import BadInput, PartUnavailable
from eakte.intake.mailbox import REFUSED, TAKEN, MailboxIntake, SignInRefused
from eakte.model.document import Document, Source, Version
from eakte.model.findings import Kind, Look, Problem
from eakte.model.message import Mailbox
from storage import Digest, MemoryStore
from tests.builders import build_office, hire
from tests.mail.letters import A_TEXT, head
from tests.mail.server import PASSWORD, PERSON, Server, running
from tests.proxy import Fault, Proxy
from tests.proxy import Kind as Trouble

A_MESSAGE = Look("message/rfc822", Kind.MAIL)


def look(path: Path, name: str) -> Look:
    if path.read_bytes().startswith(b"PK"):
        return Look("application/zip", Kind.ARCHIVE, None, Problem("archive", "Archiv."), True)
    return A_MESSAGE


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture
def server(dovecot: Server) -> Server:
    """The server with an empty mailbox."""
    client = dovecot.client()
    client.delete("Erledigt")
    client.select("INBOX")
    # Not by what SELECT counted: a mailbox that is empty takes no range of messages.
    if there := client.uid("SEARCH", "ALL")[1][0].decode():
        client.uid("STORE", there.replace(" ", ","), "+FLAGS", "\\Deleted")
        client.expunge()
    client.logout()
    return dovecot


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    with Proxy(f"127.0.0.1:{server.port}") as between:
        yield between


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def office(tmp_path: Path, proxy: Proxy, store: MemoryStore) -> Iterator[Office]:
    secret = tmp_path / "kennwort"
    secret.write_text(PASSWORD + "\n", encoding="utf-8")
    opened = build_office(
        tmp_path / "house",
        store=store,
        max_upload_mb=1,
        mail_host="127.0.0.1",
        mail_port=proxy.port,
        mail_security="none",
        mail_user=PERSON,
        mail_password_file=secret,
        mail_department="sbr",
    )
    hire(opened)
    yield opened
    opened.close()


def intake_of(office: Office, **changed: object) -> MailboxIntake:
    settings = office.settings.model_copy(update=changed)
    return MailboxIntake(office.as_system, settings, look=look)


def letter(number: int) -> bytes:
    return head(b"Brief %d" % number, b"brief-%d" % number) + A_TEXT


def taken(office: Office) -> list[bytes]:
    """The bytes of every document, in the order in which they came."""
    with office.as_system() as work:
        rows = work.session.execute(
            select(Version.sha256, Document.source, Document.department_id)
            .join(Document, Document.id == Version.document_id)
            .order_by(Document.receipt_number)
        ).all()
    assert {row.source for row in rows} <= {Source.MAIL}
    contents = []
    for row in rows:
        with office.store.open(Digest(row.sha256)) as stream:
            contents.append(stream.read())
    return contents


def problem_of(office: Office) -> str:
    with office.as_system() as work:
        return work.session.scalars(select(Mailbox.problem)).one()


def test_letters_are_taken_bit_by_bit_marked_and_left_where_they_are(
    server: Server, office: Office
) -> None:
    letters = [letter(number) for number in range(3)]
    server.put(*letters)
    intake = intake_of(office)
    assert intake.turn()
    assert taken(office) == letters
    lying = server.lying()
    assert [content for content, _ in lying.values()] == letters
    assert all(TAKEN in flags and "\\Seen" not in flags for _, flags in lying.values())
    assert not intake.turn()
    server.put(letter(3))
    assert intake.turn() and len(taken(office)) == 4
    with office.as_system() as work:
        known = work.session.scalars(select(Mailbox)).one()
        assert known.uid == max(server.lying()) and known.problem == ""


def test_a_letter_is_not_marked_before_its_receipt_is_committed(
    server: Server, office: Office, store: MemoryStore
) -> None:
    server.put(letter(1))
    store.reachable = False
    with pytest.raises(PartUnavailable, match="Speicher"):
        intake_of(office).turn()
    assert taken(office) == [] and TAKEN not in server.lying().popitem()[1][1]
    store.reachable = True
    assert intake_of(office).turn()
    assert taken(office) == [letter(1)] and TAKEN in server.lying().popitem()[1][1]


def test_what_is_done_moves_where_it_shall_lie(server: Server, office: Office) -> None:
    server.put(letter(1), letter(2))
    assert intake_of(office, mail_done_folder="Erledigt").turn()
    assert server.lying() == {}
    moved = server.lying("Erledigt")
    assert [content for content, _ in moved.values()] == [letter(1), letter(2)]
    assert taken(office) == [letter(1), letter(2)]


def test_a_letter_that_lost_its_mark_makes_no_second_document(
    server: Server, office: Office
) -> None:
    server.put(letter(1), letter(1))
    assert intake_of(office).turn()
    assert taken(office) == [letter(1)]
    client = server.client()
    client.select("INBOX")
    client.store("1:*", "-FLAGS", TAKEN)
    client.logout()
    assert not intake_of(office).turn()
    assert taken(office) == [letter(1)]
    assert all(TAKEN in flags for _, flags in server.lying().values())


def test_a_folder_that_is_numbered_anew_loses_and_doubles_nothing(
    server: Server, office: Office
) -> None:
    server.put(letter(1), letter(2))
    assert intake_of(office).turn()
    with office.as_system() as work:
        before = work.session.scalars(select(Mailbox.validity)).one()
    server.number_anew()
    server.put(letter(3))
    assert intake_of(office).turn()
    assert taken(office) == [letter(1), letter(2), letter(3)]
    with office.as_system() as work:
        assert work.session.scalars(select(Mailbox.validity)).one() != before


@pytest.mark.parametrize("after", [0, 40, 300, 60_000, 200_000])
def test_a_line_that_breaks_within_a_letter_takes_nothing_and_is_made_good(
    server: Server, office: Office, proxy: Proxy, after: int
) -> None:
    large = letter(2) + b"x" * 76 + b"\r\n" + (b"y" * 76 + b"\r\n") * 4000
    server.put(letter(1), large, letter(3))
    proxy.inject(Fault(Trouble.CUT_ANSWER, b"BODY.PEEK", spared=1, after=after))
    with pytest.raises(PartUnavailable, match="nicht erreichbar oder bricht ab"):
        intake_of(office).turn()
    assert proxy.fired == 1
    assert taken(office) == [letter(1)]
    assert "bleiben dort" in problem_of(office)
    assert intake_of(office).turn()
    assert taken(office) == [letter(1), large, letter(3)]
    assert problem_of(office) == ""


@pytest.mark.parametrize("trouble", [Trouble.CUT_REQUEST, Trouble.SWALLOW_ANSWER])
def test_a_mark_that_does_not_arrive_makes_no_second_document(
    server: Server, office: Office, proxy: Proxy, trouble: Trouble
) -> None:
    server.put(letter(1), letter(2))
    proxy.inject(Fault(trouble, b"STORE"))
    with pytest.raises(PartUnavailable):
        intake_of(office).turn()
    assert proxy.fired == 1 and taken(office) == [letter(1)]
    assert intake_of(office).turn()
    assert taken(office) == [letter(1), letter(2)]
    assert all(TAKEN in flags for _, flags in server.lying().values())


def test_a_server_that_is_away_is_told_and_found_again(
    server: Server, office: Office, proxy: Proxy
) -> None:
    server.put(letter(1))
    proxy.refuse()
    with pytest.raises(PartUnavailable, match="zurzeit nicht erreichbar"):
        intake_of(office).turn()
    proxy.accept()
    assert intake_of(office).turn() and taken(office) == [letter(1)]


def test_a_wrong_password_is_told_as_such(server: Server, office: Office, tmp_path: Path) -> None:
    wrong = tmp_path / "falsch"
    wrong.write_text("falsch", encoding="utf-8")
    with pytest.raises(SignInRefused, match="EAKTE_MAIL_USER"):
        intake_of(office, mail_password_file=wrong).turn()
    with pytest.raises(PartUnavailable, match="EAKTE_MAIL_PASSWORD_FILE"):
        intake_of(office, mail_password_file=tmp_path / "fehlt").turn()
    with pytest.raises(PartUnavailable, match="Ordner „Gibt es nicht“"):
        intake_of(office, mail_folder="Gibt es nicht").turn()


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_server_is_asked_over_tls_and_only_where_it_is_trusted(
    server: Server, office: Office, security: str
) -> None:
    server.put(letter(1))
    port = server.safe_port if security == "tls" else server.port
    safe = {"mail_host": "localhost", "mail_port": port, "mail_security": security}
    with pytest.raises(PartUnavailable, match="nicht vertraut"):
        intake_of(office, **safe).turn()
    assert taken(office) == []
    assert intake_of(office, mail_ca_file=server.certificate, **safe).turn()
    assert taken(office) == [letter(1)]


def test_what_cannot_be_taken_stays_marked_and_stops_nothing(
    server: Server, office: Office
) -> None:
    server.put(b"PK\3\4 no letter\r\n\r\n", letter(1) + b"z" * 1_100_000, letter(2))
    intake = intake_of(office)
    assert intake.turn()
    assert taken(office) == [letter(2)]
    marks = [flags for _, flags in server.lying().values()]
    assert [REFUSED in one for one in marks] == [True, True, False]
    assert not intake.turn()


def test_the_background_looks_by_itself_and_says_what_stands_in_the_way(
    server: Server, office: Office, proxy: Proxy, caplog: pytest.LogCaptureFixture
) -> None:
    patient = office.settings.model_copy(update={"mail_seconds": 0.1})
    object.__setattr__(office, "settings", patient)
    server.put(letter(1))
    stopping = threading.Event()

    def forever(turn: Callable[[], bool]) -> None:
        while not stopping.is_set():
            turn()

    def until(seen: Callable[[], bool]) -> bool:
        ends = time.monotonic() + 20
        while not seen() and time.monotonic() < ends:
            time.sleep(0.05)
        return seen()

    proxy.refuse()
    (door,) = doors(office, forever, stopping)
    door.start()
    try:
        assert until(lambda: "zurzeit nicht erreichbar" in caplog.text)
        proxy.accept()
        assert until(lambda: taken(office) == [letter(1)])
    finally:
        stopping.set()
        door.join(20)
    assert not door.is_alive()


def test_settings_of_a_mailbox_are_refused_together() -> None:
    with pytest.raises(BadInput) as refused:
        load_settings(mail_host="mail.amt.example", mail_security="none")
    for name in ("MAIL_SECURITY", "MAIL_USER", "MAIL_PASSWORD_FILE"):
        assert f"EAKTE_{name}" in refused.value.message
