"""Which settings does this office run with? Typed, frozen, read once, all faults together."""

from __future__ import annotations

import os
import re
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from eakte.errors import BadInput

SECRET_BYTES = 48
SHORTEST_SECRET = 32
FEWEST_SIGNS = 8
# What manuals, examples and other programs bring along as a placeholder: everybody knows it.
KNOWN_SECRETS = (
    *("changeme", "change-me", "change_me", "change this", "changethis", "replace-me", "replaceme"),
    *("bitte-aendern", "bitteaendern", "bitte ändern", "bitte_aendern", "geheim", "kennwort"),
    *("insecure", "not-so-secret", "notsosecret", "secret", "password", "passwort", "default"),
    *("example", "beispiel", "placeholder", "platzhalter", "keyboard cat", "s3cr3t"),
    *("01234567", "12345678", "abcdefgh", "qwertz", "qwerty", "deadbeef", "lorem ipsum"),
)
SCANNER = re.compile(r"unix:/.+|(?:\[[0-9A-Fa-f:]+\]|[^\s:/]+):[0-9]{1,5}")
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_Given = TypeVar("_Given", str, Path | None)
Land = Literal[
    "", "BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV",
    "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH",
]  # fmt: skip


class Settings(BaseSettings):
    """Every setting; each is an environment variable ``EAKTE_<NAME>``.

    The README's table says the same in German; a test compares the two.
    """

    model_config = SettingsConfigDict(env_prefix="EAKTE_", frozen=True, extra="forbid")

    data: Path = Field(Path("data"), description="Datenordner")
    database_url: str = Field("", description="Datenbank; leer = SQLite im Datenordner")
    store_url: str = Field("", description="Objektspeicher; leer = Ordner im Datenordner")
    store_access_key: str = Field("", description="Zugangskennung des S3-Speichers")
    store_secret_key: SecretStr = Field(SecretStr(""), description="Geheimnis des S3-Speichers")
    store_region: str = Field("", description="Region des S3-Speichers")
    search_engine: Literal["auto", "tantivy", "whoosh"] = Field("auto", description="Suchmaschine")
    secret_key: SecretStr = Field(
        SecretStr(""), description="Schlüssel der Anwendung; leer = wird im Datenordner erzeugt"
    )
    office_name: str = Field(
        "Landratsamt Musterkreis", description="Name der Behörde im Kopf der Seiten"
    )
    land: Land = Field(
        "", description="Bundesland, dessen Feiertage gelten, etwa NW; leer = nur bundesweite"
    )
    host: str = Field("127.0.0.1", description="Adresse, an der der Webserver lauscht")
    port: int = Field(8000, ge=0, le=65535, description="Port des Webservers")
    web_processes: int = Field(2, ge=1, le=32, description="Prozesse des Webservers")
    web_threads: int = Field(8, ge=1, le=128, description="Gleichzeitige Anfragen")
    trusted_proxies: int = Field(0, ge=0, le=5, description="Zahl der eigenen Proxys davor")
    cookie_secure: bool = Field(False, description="Sitzung nur über HTTPS (im Betrieb: ja)")
    session_idle_minutes: int = Field(60, ge=5, description="Abmeldung nach Untätigkeit")
    session_hours: int = Field(12, ge=1, description="Längste Dauer einer Anmeldung")
    login_attempts: int = Field(5, ge=3, description="Fehlversuche bis zur Sperre")
    login_lock_minutes: int = Field(15, ge=1, description="Dauer der Sperre")
    glass_minutes: int = Field(30, ge=1, le=240, description="Dauer eines Notfallzugriffs")
    second_factor: Literal["optional", "required"] = Field(
        "optional", description="Zweiter Faktor: freiwillig oder Pflicht für alle"
    )
    confirm_minutes: int = Field(
        5, ge=1, le=60, description="So lange gilt es, sich noch einmal ausgewiesen zu haben"
    )
    public_url: str = Field(
        "", description="Adresse der e-Akte im Browser; leer = so, wie angefragt wird"
    )
    oidc_issuer: str = Field("", description="Anmeldedienst der Behörde (OIDC); leer = keiner")
    oidc_client_id: str = Field("", description="Kennung der e-Akte beim Anmeldedienst")
    oidc_client_secret: SecretStr = Field(
        SecretStr(""), description="Geheimnis der e-Akte beim Anmeldedienst"
    )
    oidc_claim: str = Field(
        "preferred_username", description="Angabe des Anmeldedienstes, die den Anmeldenamen nennt"
    )
    max_upload_mb: int = Field(512, ge=1, description="Größtes Dokument in MB")
    max_pages: int = Field(5000, ge=1, description="Meiste Seiten eines Dokuments")
    max_megapixels: int = Field(200, ge=1, description="Größtes Seitenbild in Megapixeln")
    ocr_language: str = Field("deu", description="Sprachmodell der Texterkennung")
    ocr_jobs: int = Field(
        default_factory=lambda: max(1, min(8, os.cpu_count() or 1)),
        ge=1,
        description="Gleichzeitig erkannte Seiten eines Dokuments",
    )
    sandbox: Literal["auto", "bwrap", "limits"] = Field(
        "auto", description="Abschottung der Verarbeitung"
    )
    sandbox_memory_mb: int = Field(2048, ge=256, description="Speicher je Verarbeitungsprozess")
    page_seconds: int = Field(120, ge=5, description="Längste Zeit je Seite")
    document_seconds: int = Field(7200, ge=30, description="Längste Zeit je Dokument")
    virus_scanner: str = Field(
        "", description="Virenscanner clamd: „Rechner:Port“ oder „unix:/Pfad“; leer = keiner"
    )
    virus_scanner_seconds: int = Field(
        120, ge=1, le=3600, description="So viele Sekunden darf der Virenscanner schweigen"
    )
    signature_roots: Path | None = Field(
        None, description="Ordner mit vertrauten Wurzelzertifikaten und Sperrlisten"
    )
    worker_lanes: int = Field(1, ge=1, le=16, description="Gleichzeitig verarbeitete Dokumente")
    job_attempts: int = Field(3, ge=1, description="Versuche, bis ein Auftrag zurückgelegt wird")
    watch_folder: Path | None = Field(None, description="Überwachter Eingangsordner")
    watch_department: str = Field("", description="Sachgebiet der Dokumente aus diesem Ordner")
    mail_host: str = Field(
        "", description="Mailserver (IMAP), dessen Postfach eingelesen wird; leer = keiner"
    )
    mail_port: int = Field(993, ge=1, le=65535, description="Port des Mailservers")
    mail_security: Literal["tls", "starttls", "none"] = Field(
        "tls",
        validate_default=True,
        description="Verschlüsselung zum Mailserver; none nur auf demselben Rechner",
    )
    mail_ca_file: Path | None = Field(
        None,
        description="Zertifikat der Stelle, die den Mailserver ausweist; leer = die des Systems",
    )
    mail_user: str = Field("", validate_default=True, description="Anmeldename des Postfachs")
    mail_password_file: Path | None = Field(
        None, validate_default=True, description="Datei, in der das Kennwort des Postfachs steht"
    )
    mail_folder: str = Field("INBOX", min_length=1, description="Ordner, der eingelesen wird")
    mail_done_folder: str = Field(
        "", description="Ordner für Angenommenes; leer = es wird nur markiert"
    )
    mail_department: str = Field("", description="Sachgebiet der Nachrichten aus diesem Postfach")
    mail_seconds: int = Field(
        60, ge=5, le=86_400, description="Abstand in Sekunden, in dem nach Post gesehen wird"
    )
    separator_codes: str = Field(
        "PATCHT", description="Texte der Trennblätter, durch Leerzeichen getrennt"
    )
    start_codes: str = Field(
        "", description="So beginnen Strichcodes auf ersten Seiten, durch Leerzeichen getrennt"
    )
    schemas: Path | None = Field(
        None, description="Amtliche Codelisten; leer = Ordner schemas im Datenordner"
    )
    court_release: Literal["one", "two"] = Field(
        "one", description="Ein Paket für ein Gericht geht mit einer oder mit zwei Personen hinaus"
    )
    court_message_mb: int = Field(
        200, ge=1, description="Größte Nachricht an ein Gericht in MB (Bekanntmachung zu § 5 ERVV)"
    )
    court_message_files: int = Field(
        1000, ge=6, description="Meiste Dateien einer Nachricht an ein Gericht, sie selbst dabei"
    )
    court_outbox: Path | None = Field(
        None, description="Ausgangsordner des Gerichtspostfachs; leer = Pakete werden abgeholt"
    )
    court_outbox_form: Literal["zip", "folder"] = Field(
        "zip", description="Eine Nachricht im Ausgangsordner ist ein ZIP oder ein Ordner"
    )
    court_answers: Path | None = Field(
        None, description="Ordner, in den das Gerichtspostfach die Antworten der Gerichte legt"
    )
    clock_gap_days: int = Field(
        3,
        ge=1,
        le=366,
        description="längste Zeit zwischen zwei Prüfständen, ohne dass jemand "
        "die Uhr bestätigen muss, ehe etwas vernichtet wird",
    )
    erasure_waiting_days: int = Field(
        30, ge=0, le=3650, description="Wartezeit zwischen Freigabe und Vernichtung einer Akte"
    )
    stub_titles: bool = Field(
        False, description="Der Betreff einer vernichteten Akte bleibt bei ihrem Aktenzeichen"
    )
    sweep_days: int = Field(7, ge=1, description="Schonfrist für Bytes ohne Akte")
    audit_heads_url: str = Field(
        "", description="Ort außerhalb für die Prüfstände; leer = Ordner im Datenordner"
    )
    audit_heads_access_key: str = Field("", description="Zugangskennung dieses Ortes (S3)")
    audit_heads_secret_key: SecretStr = Field(
        SecretStr(""), description="Geheimnis dieses Ortes (S3)"
    )
    audit_key_file: Path | None = Field(
        None, description="Schlüssel der Prüfstände; leer = wird im Datenordner erzeugt"
    )
    audit_view_hours: int = Field(
        24, ge=1, le=744, description="Dauer einer Einsicht in das Protokoll in Stunden"
    )
    list_hours: int = Field(
        24, ge=1, le=168, description="So viele Stunden bleibt eine ausgegebene Liste abrufbar"
    )
    inspection_days: int = Field(
        730, ge=1, le=3_650, description="So viele Tage steht in der Akte, wer Einsicht erhielt"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Ausführlichkeit des Betriebsprotokolls"
    )

    @field_validator(
        "watch_folder",
        "audit_key_file",
        "mail_ca_file",
        "mail_password_file",
        "signature_roots",
        "court_outbox",
        "court_answers",
        mode="before",
    )
    @classmethod
    def _no_path_when_empty(cls, given: object) -> object:
        return None if given == "" else given

    @field_validator("mail_security")
    @classmethod
    def _no_password_over_an_open_line(cls, given: str, told: ValidationInfo) -> str:
        host = told.data.get("mail_host")
        if given == "none" and host and host not in LOOPBACK:
            raise ValueError("ohne Verschlüsselung nur auf demselben Rechner")
        return given

    @field_validator("virus_scanner")
    @classmethod
    def _only_what_can_be_called(cls, given: str) -> str:
        if given and not SCANNER.fullmatch(given):
            raise ValueError("nötig ist „Rechner:Port“ oder „unix:/Pfad“")
        return given

    @field_validator("mail_user", "mail_password_file")
    @classmethod
    def _whatever_a_mailbox_needs(cls, given: _Given, told: ValidationInfo) -> _Given:
        if told.data.get("mail_host") and not given:
            raise ValueError("ist nötig, wenn EAKTE_MAIL_HOST gesetzt ist")
        return given

    @field_validator("public_url", "oidc_issuer")
    @classmethod
    def _only_addresses_nobody_can_listen_to(cls, given: str) -> str:
        parts = urlsplit(given)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        if given and not (safe and parts.hostname):
            raise ValueError("nötig ist eine Adresse mit https://")
        return given.rstrip("/")

    @property
    def folder(self) -> Path:
        """The data folder, absolute."""
        return self.data.expanduser().absolute()

    @property
    def database(self) -> str:
        """The database's address, the embedded default where none is set."""
        return self.database_url or f"sqlite:///{self.folder / 'eakte.db'}"

    @property
    def store(self) -> str:
        """The store's address, the embedded default where none is set."""
        return self.store_url or f"file://{self.folder / 'store'}"

    @property
    def clock_gap(self) -> timedelta:
        """How much time may lie between two signed heads of the log."""
        return timedelta(days=self.clock_gap_days)

    @property
    def audit_heads(self) -> str:
        """Where signed heads of the log go, the embedded default where none is set."""
        return self.audit_heads_url or f"file://{self.folder / 'log-heads'}"

    @property
    def audit_key(self) -> Path:
        """Where the key lies by which heads of the log are signed."""
        return (self.audit_key_file or self.folder / "log-key.pem").expanduser().absolute()

    @property
    def index_folder(self) -> Path:
        """Where the search index lies: always on this machine, it can be rebuilt."""
        return self.folder / "index"

    @property
    def upload_folder(self) -> Path:
        """Where parts of an upload wait until it is whole."""
        return self.folder / "uploads"

    @property
    def work_folder(self) -> Path:
        """Where documents lie while they are processed; emptied at every start."""
        return self.folder / "work"

    @property
    def max_upload_bytes(self) -> int:
        """The largest document in bytes."""
        return self.max_upload_mb * 1_000_000

    def application_secret(self) -> str:
        """Return the secret that signs forms and hashes tokens; made once, readable by us alone.

        Raises:
            BadInput: the secret is too short, too regular, or one that everybody knows.
        """
        given = self.secret_key.get_secret_value()
        if given:
            refuse_weak_secret(given, "EAKTE_SECRET_KEY")
            return given
        path = self.folder / "secret"
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            kept = path.read_text(encoding="ascii").strip()
            refuse_weak_secret(kept, str(path))
            return kept
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(secrets.token_urlsafe(SECRET_BYTES))
            stream.flush()
            os.fsync(stream.fileno())
        return path.read_text(encoding="ascii").strip()


def refuse_weak_secret(given: str, place: str) -> None:
    """Refuse a secret of the application that somebody else could know or guess.

    Raises:
        BadInput: it is too short, too regular, or a well-known placeholder.
    """
    plain = given.casefold()
    if len(given) < SHORTEST_SECRET:
        fault = "zu kurz"
    elif any(known in plain for known in KNOWN_SECRETS):
        fault = "ein allgemein bekannter Platzhalter"
    elif len(set(given)) < FEWEST_SIGNS:
        fault = "zu gleichförmig"
    else:
        return
    raise BadInput(
        "Die e-Akte startet so nicht: Das Geheimnis in %(place)s ist %(fault)s. Wer es errät, kann "
        "Anmeldungen fälschen.",
        place=place,
        fault=fault,
        next_step="Bitte setzen Sie mindestens 32 zufällige Zeichen ein, etwa aus "
        "„openssl rand -base64 48“, oder lassen Sie EAKTE_SECRET_KEY leer.",
    )


def load_settings(**given: object) -> Settings:
    """Read the environment once; ``given`` wins over it.

    Raises:
        BadInput: naming every wrong setting at once.
    """
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic checks what is given
    except ValidationError as error:
        faults = "; ".join(
            f"EAKTE_{'_'.join(str(part) for part in fault['loc']).upper()}: {fault['msg']}"
            for fault in error.errors()
        )
        raise BadInput(
            "Diese Einstellungen sind nicht brauchbar: %(faults)s.",
            faults=faults,
            next_step="Bitte berichtigen Sie sie; die README nennt jede Einstellung.",
        ) from error
