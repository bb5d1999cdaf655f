"""Does every part answer? For the machine that watches; without a word about contents."""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import dataclass, field

from flask import Blueprint, Response, jsonify
from sqlalchemy import select, text

from eakte.bootstrap import Office
from eakte.errors import PartUnavailable
from eakte.model.message import Mailbox
from eakte.web.per_request import the_app, the_office
from search import SearchError
from storage import Digest, StorageError

pages = Blueprint("health", __name__)

# Anybody may ask, so the parts are asked at most this often.
SECONDS = 5.0
NOTHING = hashlib.sha256(b"").hexdigest()


@dataclass
class _Known:
    until: float = 0.0
    parts: dict[str, bool] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


@pages.get("/gesundheit")
def show() -> Response:
    """Answer 200 when the essential parts work, 503 otherwise."""
    known: _Known = the_app().extensions.setdefault("eakte-health", _Known())
    with known.lock:
        if time.monotonic() >= known.until:
            known.parts = _asked(the_office())
            known.until = time.monotonic() + SECONDS
        parts = known.parts
    # Without the index only searching stands still, without the mailbox only its post.
    working = parts["database"] and parts["store"]
    response = jsonify({"status": "ok" if working else "unavailable", "parts": parts})
    response.status_code = 200 if working else 503
    return response


def _asked(office: Office) -> dict[str, bool]:
    parts = {"database": _rows(office), "store": _bytes(office), "index": _words(office)}
    return parts | ({"mailbox": _post(office)} if office.settings.mail_host else {})


def _rows(office: Office) -> bool:
    try:
        with office.database.transaction(writes=False) as session:
            session.execute(text("SELECT 1"))
    except PartUnavailable:
        return False
    return True


def _bytes(office: Office) -> bool:
    try:
        office.store.exists(Digest(NOTHING))
    except StorageError:
        return False
    return True


def _post(office: Office) -> bool:
    """Whether the worker could read the mailbox when it last tried."""
    try:
        with office.database.transaction(writes=False) as session:
            return not session.scalar(select(Mailbox.key).where(Mailbox.problem != "").limit(1))
    except PartUnavailable:
        return False


def _words(office: Office) -> bool:
    try:
        office.index.count()
    except SearchError:
        return False
    return True
