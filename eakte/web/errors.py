"""Which status, which sentence and which form does the answer have when something fails?"""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from apiflask import HTTPError
from flask import Response, g, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import ClientDisconnected, HTTPException

from eakte.errors import (
    DISK_FAULTS,
    MACHINE_FAULTS,
    BadInput,
    BadTable,
    ChangedMeanwhile,
    ContentTooLarge,
    EakteError,
    NeedsConfirmation,
    NeedsSecondFactor,
    NotAllowed,
    NotFound,
    PartUnavailable,
    RuleBroken,
    Sentence,
    Sentences,
    SignedOut,
    TooMuchAtOnce,
    UnknownType,
    machine_fault,
)
from eakte.web.confirming import confirmation_page, takes_proof
from eakte.web.login import API, local_path
from eakte.web.per_request import SAFE_METHODS, OfficeApp, signed_in
from storage import ObjectCorrupt, ObjectMissing, StorageError

log = logging.getLogger("eakte.web")

# The first line that fits counts, so children stand above their parents.
STATUS: tuple[tuple[type[EakteError], HTTPStatus], ...] = (
    (NotFound, HTTPStatus.NOT_FOUND),
    (NotAllowed, HTTPStatus.FORBIDDEN),
    (SignedOut, HTTPStatus.UNAUTHORIZED),
    (ContentTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (UnknownType, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (BadInput, HTTPStatus.UNPROCESSABLE_ENTITY),
    (RuleBroken, HTTPStatus.CONFLICT),
    (ChangedMeanwhile, HTTPStatus.CONFLICT),
    (TooMuchAtOnce, HTTPStatus.TOO_MANY_REQUESTS),
    (PartUnavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (EakteError, HTTPStatus.BAD_REQUEST),
)
RETRY_SECONDS = 30
RETRY = frozenset({HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS})
# The one address of the interface that is a page.
READ_BY_PEOPLE = "interface.show"


@dataclass(frozen=True)
class Fault:
    """What is said about a failure, in the language of the reader."""

    status: int
    code: str
    message: str
    next_step: str = ""
    reasons: tuple[str, ...] = ()
    position: int | None = None
    retry_seconds: int = RETRY_SECONDS

    def as_dict(self) -> dict[str, Any]:
        """Return the fields of a problem document (RFC 9457) with ours."""
        told: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "message": self.message,
            "next_step": self.next_step,
            "reasons": list(self.reasons),
            "request_id": g.get("request_id", ""),
        }
        if self.position is not None:
            told["position"] = self.position
        return told


def fault_of(error: EakteError) -> Fault:
    """Return what to say about an error of ours."""
    status = next(code for kind, code in STATUS if isinstance(error, kind))
    reasons: tuple[str, ...] = ()
    if isinstance(error, RuleBroken | BadTable):
        reasons = tuple(in_words(reason) for reason in error.reasons if reason != error.message)
    return Fault(
        status,
        error.code,
        said(error),
        _(error.next_step) if error.next_step else "",
        reasons,
        getattr(error, "position", None),
        getattr(error, "retry_seconds", RETRY_SECONDS),
    )


def said(error: EakteError) -> str:
    """Return an error's sentence in the language of the reader."""
    template: str = _(error.template)
    # What is denied is named by a sentence of its own, which has a translation too.
    values = {
        name: _(value) if name == "act" else _worded(value) for name, value in error.values.items()
    }
    return template % values if values else template


def in_words(sentence: str) -> str:
    """Return a sentence of ours in the language of the reader, with what it was filled with."""
    if isinstance(sentence, Sentences):
        return " ".join(in_words(part) for part in sentence.parts)
    if isinstance(sentence, Sentence):
        template: str = _(sentence.template)
        values = {name: _worded(value) for name, value in sentence.values.items()}
        return template % values if values else template
    return str(_(sentence)) if sentence else ""


def _worded(value: object) -> object:
    return in_words(value) if isinstance(value, Sentence | Sentences) else value


def answer_failures(app: OfficeApp) -> None:
    """Register the one answer for every kind of failure."""
    app.register_error_handler(EakteError, _on_ours)
    app.register_error_handler(StorageError, _on_storage)
    app.register_error_handler(OSError, _on_system)
    app.register_error_handler(HTTPError, _on_schema)
    app.register_error_handler(ClientDisconnected, _on_cut)
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(Exception, _on_unexpected)


def respond(fault: Fault) -> Response:
    """Return the answer in the form the caller reads: page, fragment or problem document."""
    if fault.status == HTTPStatus.UNAUTHORIZED and not wants_json():
        return _to_login()
    if wants_json():
        response = jsonify(fault.as_dict())
        response.mimetype = "application/problem+json"
    else:
        titles = {
            HTTPStatus.NOT_FOUND: _("Nicht gefunden"),
            HTTPStatus.FORBIDDEN: _("Nicht erlaubt"),
            HTTPStatus.CONFLICT: _("Das geht so nicht"),
            HTTPStatus.SERVICE_UNAVAILABLE: _("Zurzeit nicht verfügbar"),
            HTTPStatus.TOO_MANY_REQUESTS: _("Zu viel auf einmal"),
            HTTPStatus.INTERNAL_SERVER_ERROR: _("Da ist etwas schiefgegangen"),
        }
        page = render_template(
            "error.html",
            status=fault.status,
            title=titles.get(HTTPStatus(fault.status), _("Das geht nicht")),
            message=fault.message,
            next_step=fault.next_step,
            reasons=fault.reasons,
            reference=g.get("request_id") if fault.status >= 500 else None,
        )
        response = Response(page, mimetype="text/html")
    response.status_code = fault.status
    if fault.status in RETRY:
        response.headers["Retry-After"] = str(fault.retry_seconds)
    if fault.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="e-Akte"'
    return response


def wants_json() -> bool:
    """Say whether a program is asking: the API, an upload in parts, a script of our pages."""
    called = request.path.startswith(API) and request.endpoint != READ_BY_PEOPLE
    if called or "Tus-Resumable" in request.headers:
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return best == "application/json"


def _to_login() -> Response:
    wanted = request.full_path.rstrip("?") if request.method in SAFE_METHODS else None
    if "HX-Request" in request.headers:
        response = Response(status=HTTPStatus.UNAUTHORIZED)
        response.headers["HX-Redirect"] = url_for("login.sign_in")
        return response
    target = url_for("login.sign_in", next=wanted if wanted not in {None, "/"} else None)
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": target})


def _to_confirmation(error: NeedsConfirmation) -> Response | None:
    """Ask who is there once more; what was typed goes along. None where only a refusal helps."""
    who = signed_in()
    if who is None or who.by_key or wants_json():
        return None
    ask = url_for("confirming.show")
    if "HX-Request" in request.headers:
        shown = local_path(urlsplit(request.headers.get("HX-Current-URL", "")).path)
        leads = {"HX-Redirect": url_for("confirming.show", next=shown)}
        return Response(status=HTTPStatus.FORBIDDEN, headers=leads)
    if request.method in SAFE_METHODS:
        wanted = request.full_path.rstrip("?")
        leads = {"Location": url_for("confirming.show", next=wanted)}
        return Response(status=HTTPStatus.SEE_OTHER, headers=leads)
    onward = local_path(request.form.get("next")) or "" if request.path == ask else ""
    problem = said(error) if takes_proof(who) else ""
    page = confirmation_page(
        who, action=request.full_path.rstrip("?"), onward=onward, problem=problem
    )
    return Response(page, status=HTTPStatus.FORBIDDEN, mimetype="text/html")


def _to_factors() -> Response | None:
    if wants_json():
        return None
    if "HX-Request" in request.headers:
        leads = {"HX-Redirect": url_for("factors.show")}
        return Response(status=HTTPStatus.FORBIDDEN, headers=leads)
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": url_for("factors.show")})


def _on_ours(error: EakteError) -> Response:
    led = None
    if isinstance(error, NeedsConfirmation):
        led = _to_confirmation(error)
    elif isinstance(error, NeedsSecondFactor):
        led = _to_factors()
    if led is not None:
        return led
    if isinstance(error, NotAllowed):
        who = g.get("_login_user")
        name = getattr(who, "get_id", str)()
        log.warning("%s: denied %s to %s", g.get("request_id"), request.endpoint, name)
    return respond(fault_of(error))


def _on_cut(error: ClientDisconnected) -> Response:
    # Whoever is gone hears nothing; whoever is still there has done nothing wrong.
    log.warning("%s: the request broke off", g.get("request_id"))
    return respond(
        fault_of(
            PartUnavailable(
                "Die Übertragung ist abgebrochen.", next_step=_("Bitte senden Sie sie noch einmal.")
            )
        )
    )


def _on_storage(error: StorageError) -> Response:
    if isinstance(error, ObjectMissing | ObjectCorrupt):
        log.error("%s: kept bytes are damaged: %s", g.get("request_id"), type(error).__name__)
        return respond(
            Fault(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "content-damaged",
                _("Der Inhalt kann gerade nicht unverändert ausgegeben werden."),
                _("Bitte verständigen Sie die Administration; das Schreiben bleibt verzeichnet."),
            )
        )
    log.warning("%s: the store is out of reach: %s", g.get("request_id"), type(error).__name__)
    return respond(fault_of(PartUnavailable("Der Speicher ist zurzeit nicht erreichbar.")))


def _on_system(error: OSError) -> Response:
    if error.errno not in MACHINE_FAULTS:
        return _on_unexpected(error)
    log.error("%s: the machine complains: errno %s", g.get("request_id"), error.errno)
    if error.errno in DISK_FAULTS:
        return respond(fault_of(machine_fault(error)))
    return respond(
        fault_of(PartUnavailable("Auf dem Server ist kein Platz mehr; es wurde nichts angenommen."))
    )


def _on_schema(error: HTTPError) -> Response:
    """Answer a body that does not fit its schema, naming the fields and never their contents."""
    faults = error.detail if isinstance(error.detail, dict) else {}
    fields = sorted({str(name) for place in faults.values() for name in _names(place)})
    return respond(
        Fault(
            error.status_code,
            "not-as-described",
            _("Die Angaben passen nicht zur Schnittstelle."),
            _("Bitte berichtigen Sie die genannten Felder; die Beschreibung steht in der OpenAPI."),
            tuple(fields),
        )
    )


def _names(place: object) -> list[str]:
    if isinstance(place, dict):
        return [str(name) for name in place]
    if isinstance(place, list):
        return [
            ".".join(str(part) for part in fault["loc"])
            for fault in place
            if isinstance(fault, dict) and "loc" in fault
        ]
    return []


def _on_http(error: HTTPException) -> Response:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    response = respond(_told(error, status))
    for name, value in error.get_headers(request.environ):
        if name in {"Allow", "Content-Range"}:
            response.headers[name] = value
    return response


def _told(error: HTTPException, status: int) -> Fault:
    if isinstance(error, CSRFError):
        return Fault(
            HTTPStatus.BAD_REQUEST,
            "form-expired",
            _("Die Seite war zu lange offen oder gehört zu einer anderen Anmeldung."),
            _("Bitte laden Sie die Seite neu und senden Sie noch einmal."),
        )
    sentences = {
        404: ("not-found", _("Diese Seite gibt es nicht."), _("Bitte prüfen Sie die Adresse.")),
        405: ("not-possible", _("Diese Adresse kann das nicht."), ""),
        413: (
            "too-large",
            _("Das ist größer als erlaubt; es wurde nichts gespeichert."),
            _("Bitte teilen Sie es auf."),
        ),
        415: ("unknown-type", _("Diese Form von Daten wird hier nicht verstanden."), ""),
        423: (
            "busy",
            _("Diese Übertragung läuft gerade in einer anderen Anfrage."),
            _("Bitte warten Sie einen Augenblick."),
        ),
        416: ("bad-range", _("Diesen Ausschnitt gibt es nicht."), ""),
    }
    unreadable = (
        "bad-request",
        _("Die Anfrage ist unvollständig oder nicht lesbar."),
        _("Bitte senden Sie sie noch einmal."),
    )
    code, message, step = sentences.get(status, unreadable)
    return Fault(status, code, message, step)


def _on_unexpected(error: Exception) -> Response:
    # The message of an exception may quote what somebody wrote; where it happened never does.
    places = " < ".join(
        f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}"
        for frame in reversed(traceback.extract_tb(error.__traceback__)[-8:])
    )
    log.error(
        "%s: unexpected %s in %s at %s",
        g.get("request_id"),
        type(error).__name__,
        request.endpoint,
        places,
    )
    return respond(
        Fault(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "unexpected",
            _("Damit hat die Anwendung nicht gerechnet; es wurde nichts halb getan."),
            _("Bitte versuchen Sie es erneut und nennen Sie sonst der Administration die Kennung."),
        )
    )
