"""Which settings does this office run with? Typed, frozen, read once, all faults together."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from eakte.errors import BadInput

SECRET_BYTES = 48
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
    worker_lanes: int = Field(1, ge=1, le=16, description="Gleichzeitig verarbeitete Dokumente")
    job_attempts: int = Field(3, ge=1, description="Versuche, bis ein Auftrag zurückgelegt wird")
    watch_folder: Path | None = Field(None, description="Überwachter Eingangsordner")
    watch_department: str = Field("", description="Sachgebiet der Dokumente aus diesem Ordner")
    sweep_days: int = Field(7, ge=1, description="Schonfrist für Bytes ohne Akte")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Ausführlichkeit des Betriebsprotokolls"
    )

    @field_validator("watch_folder", mode="before")
    @classmethod
    def _no_watch_folder_when_empty(cls, given: object) -> object:
        return None if given == "" else given

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
            BadInput: the set secret is too short to be one.
        """
        given = self.secret_key.get_secret_value()
        if given:
            if len(given) < 32:
                raise BadInput(
                    "EAKTE_SECRET_KEY ist zu kurz: nötig sind mindestens 32 Zeichen.",
                    next_step="Bitte einen langen, zufälligen Wert setzen oder leer lassen.",
                )
            return given
        path = self.folder / "secret"
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text(encoding="ascii").strip()
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(secrets.token_urlsafe(SECRET_BYTES))
            stream.flush()
            os.fsync(stream.fileno())
        return path.read_text(encoding="ascii").strip()


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
