"""A real IMAP server (Dovecot) on loopback, with a mailbox whose password is `PASSWORD`."""

from __future__ import annotations

import imaplib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

PERSON, PASSWORD = "post", "geheim und länger"
START_SECONDS = 15.0
CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
listen = 127.0.0.1
mail_location = maildir:{folder}/mail
mailbox_list_index = no
first_valid_uid = 1
{people}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/people
}}
userdb {{
  driver = static
  args = {owner} home={folder}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {safe_port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""
NOBODY = 65534


@dataclass
class Server:
    """Where the server listens; letters are put into it over IMAP, as a mail program does."""

    folder: Path
    port: int
    safe_port: int

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"

    def client(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        client.authenticate("PLAIN", lambda _: f"\0{PERSON}\0{PASSWORD}".encode())
        return client

    def put(self, *letters: bytes) -> None:
        client = self.client()
        for letter in letters:
            status, _ = client.append("INBOX", "", "", letter)
            assert status == "OK"
        client.logout()

    def lying(self, folder: str = "INBOX") -> dict[int, tuple[bytes, str]]:
        """What lies in a folder: number, bytes and flags of each."""
        client = self.client()
        status, _ = client.select(f'"{folder}"', readonly=True)
        assert status == "OK", folder
        found: dict[int, tuple[bytes, str]] = {}
        for number in client.uid("SEARCH", "ALL")[1][0].split():
            told = client.uid("FETCH", number.decode(), "(FLAGS BODY.PEEK[])")[1]
            ((head, letter),) = [one for one in told if isinstance(one, tuple)]
            rest = b"".join(one for one in told if isinstance(one, bytes))
            found[int(number)] = (letter, (head + rest).decode())
        client.logout()
        return found

    def number_anew(self) -> None:
        """Forget every number that was given, as a server does that is set up again."""
        # The server numbers by the second in which it begins.
        time.sleep(1.1)
        mail = self.folder / "mail"
        for known in mail.glob("dovecot*"):
            if known.is_file():
                known.unlink()
        for letter in mail.glob("cur/*"):
            # The keywords of a letter are kept by the files that are gone.
            letter.rename(letter.with_name(letter.name.partition(":2,")[0] + ":2,"))


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """Run a server below a folder until the end of the block."""
    program = shutil.which("dovecot") or "/usr/sbin/dovecot"
    assert Path(program).exists(), "the tests need dovecot: scripts/setup --for-tests"
    folder.mkdir(mode=0o755)
    (folder / "mail").mkdir()
    (folder / "people").write_text(f"{PERSON}:{{PLAIN}}{PASSWORD}\n", encoding="utf-8")
    with (
        socket.create_server(("127.0.0.1", 0)) as free,
        socket.create_server(("127.0.0.1", 0)) as other,
    ):
        port, safe_port = free.getsockname()[1], other.getsockname()[1]
    _certify(folder)
    owner, people = "", ""
    if os.getuid() == 0:
        owner = f"uid={NOBODY} gid={NOBODY}"
        os.chown(folder / "mail", NOBODY, NOBODY)
        for above in folder.parents[:3]:
            if above.stat().st_uid == 0 and above != Path("/"):
                above.chmod(above.stat().st_mode | 0o011)
    else:
        me = os.environ.get("USER") or subprocess.check_output(["id", "-un"], text=True).strip()
        people = f"default_internal_user = {me}\ndefault_login_user = {me}"
        owner = f"uid={os.getuid()} gid={os.getgid()}"
    configuration = folder / "dovecot.conf"
    configuration.write_text(
        CONFIGURATION.format(
            folder=folder, port=port, safe_port=safe_port, people=people, owner=owner
        ),
        encoding="utf-8",
    )
    server = subprocess.Popen([program, "-F", "-c", str(configuration)], stderr=subprocess.PIPE)
    try:
        _wait_until_listening(server, port)
        yield Server(folder, port, safe_port)
    finally:
        server.terminate()
        server.communicate(timeout=START_SECONDS)


def _certify(folder: Path) -> None:
    """A certificate for this machine that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(signed.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )


def _wait_until_listening(server: subprocess.Popen[bytes], port: int) -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    server.kill()
    raise AssertionError((server.communicate()[1] or b"dovecot does not listen").decode())
