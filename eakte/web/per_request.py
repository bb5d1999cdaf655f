"""In which transaction does a request act? Returning commits before the response leaves.

A view says by a mark what it needs: nothing (GET and HEAD read, the other methods write),
``@writes`` (a GET that is logged), ``@reads`` (a filter whose words are posted),
``@own_transactions`` (bytes travel, so the view opens short ones itself) or ``@takes_bytes`` (and
the body may be as long as a document). ``@takes_choices``: a form is as long as a large dossier.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any, TypeVar, cast
from wsgiref.types import WSGIEnvironment

from apiflask import APIFlask
from flask import current_app, g, request
from flask.json.provider import DefaultJSONProvider
from flask.typing import ResponseReturnValue
from flask.wrappers import Request, Response
from flask_login import current_user

from eakte.bootstrap import Office
from eakte.intake.delivering import LookAt
from eakte.model.login import LoginSession
from eakte.model.user import Actor, User
from eakte.processing.redacting import Seek
from eakte.processing.unlocking import Unlock
from eakte.unit_of_work import UnitOfWork
from storage import Store

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

View = TypeVar("View", bound=Callable[..., Any])


def writes(view: View) -> View:
    """Mark a GET view that writes rows, for example because reading content is logged."""
    view.__dict__["writes"] = True
    return view


def reads(view: View) -> View:
    """Mark a view that only reads although its words are posted to stay out of addresses."""
    view.__dict__["reads"] = True
    return view


def own_transactions(view: View) -> View:
    """Mark a view that opens its own short transactions by ``own_work``."""
    view.__dict__["own_transactions"] = True
    return view


def takes_bytes(view: View) -> View:
    """Mark a view whose request may be as long as the largest document."""
    view.__dict__["takes_bytes"] = True
    return own_transactions(view)


def takes_choices(view: View) -> View:
    """Mark a view whose form says something about every document of a dossier."""
    view.__dict__["takes_choices"] = True
    return view


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in, as Flask-Login wants to see it: a session, or a program's key."""

    user: User
    actor: Actor
    session: LoginSession | None

    is_authenticated = True
    is_active = True
    is_anonymous = False

    @property
    def by_key(self) -> bool:
        """Say whether a program with a key is acting, which no foreign page can do."""
        return self.session is None

    def get_id(self) -> str:
        """Return the account's id."""
        return str(self.user.id)


class BodyRequest(Request):
    """A request whose document parts are spooled into the upload folder, under a name of ours."""

    def __init__(self, environ: WSGIEnvironment, *given: Any, **named: Any) -> None:
        super().__init__(environ, *given, **named)
        self._spools: list[IO[bytes]] = []

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        # Processing needs a path, so the bytes are spooled where they can be looked at; what a
        # killed process leaves there is swept with the uploads.
        spool = cast(
            IO[bytes],
            NamedTemporaryFile(dir=upload_folder(), prefix="form-"),  # noqa: SIM115  # closed with the request
        )
        self._spools.append(spool)
        return spool

    def close(self) -> None:
        """Close the request and remove its spools, also those of a form that was never whole."""
        super().close()
        for spool in self._spools:
            spool.close()


class LateBody(Response):
    """A response whose bytes are opened after the commit and before the first header leaves."""

    def open_body(self, store: Store) -> None:
        """Open the bytes.

        Raises:
            StorageError: they are out of reach; nothing has left yet.
        """
        raise NotImplementedError


class Json(DefaultJSONProvider):
    """JSON as Flask reads and writes it, in the order in which fields were named."""

    sort_keys = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Read JSON; what is nested too deep is as unreadable as what is none."""
        try:
            return super().loads(s, **kwargs)
        except RecursionError as error:
            raise ValueError("nested too deep") from error


class OfficeApp(APIFlask):
    """The application of one office: every view runs in the transaction it needs."""

    request_class = BodyRequest
    json_provider_class = Json

    def __init__(
        self,
        import_name: str,
        *,
        office: Office,
        look: LookAt,
        unlock: Unlock,
        seek: Seek,
        **options: Any,
    ) -> None:
        super().__init__(import_name, **options)
        self.office = office
        self.look = look
        self.unlock = unlock
        self.seek = seek

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view; what it returns leaves only when its rows are committed."""
        view = self.view_functions.get(request.endpoint or "")
        marks = view.__dict__ if view else {}
        if request.routing_exception or g.get("open_view") or marks.get("own_transactions"):
            return self._opened(self.make_response(super().dispatch_request()))
        posted = request.method not in SAFE_METHODS and not marks.get("reads")
        wanted = bool(marks.get("writes")) or posted
        with own_work(writing=wanted):
            response = self.make_response(super().dispatch_request())
        return self._opened(response)

    def _opened(self, response: Response) -> Response:
        if isinstance(response, LateBody) and request.method != "HEAD":
            response.open_body(self.office.store)
        return response


def the_app() -> OfficeApp:
    """Return the running application."""
    return cast(OfficeApp, current_app)


def the_office() -> Office:
    """Return the office whose desk this is."""
    return the_app().office


def upload_folder() -> Path:
    """Return where parts of uploads wait, making it when it is missing."""
    folder = the_office().settings.upload_folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def signed_in() -> SignedIn | None:
    """Return who is signed in, None when nobody is."""
    return cast(SignedIn, current_user) if current_user.is_authenticated else None


def the_actor() -> Actor:
    """Return who acts in this request; the guard has made sure that there is somebody."""
    return cast(SignedIn, current_user).actor


@contextmanager
def own_work(*, writing: bool = True) -> Iterator[UnitOfWork]:
    """Open a unit of work of the signed-in person; returning commits, raising rolls back."""
    with the_office().begin(the_actor(), writes=writing) as work:
        g.work = work
        try:
            yield work
        finally:
            g.pop("work")


def begin() -> AbstractContextManager[UnitOfWork]:
    """Open a writing unit of work: what a use case with several transactions is given."""
    return own_work()


def current_work() -> UnitOfWork:
    """Return the unit of work of this request.

    Raises:
        RuntimeError: the view is marked as opening its own.
    """
    work = work_or_none()
    if work is None:
        raise RuntimeError("this view has no transaction at the moment")
    return work


def work_or_none() -> UnitOfWork | None:
    """Return the unit of work if one is open: error pages are written without."""
    return cast("UnitOfWork | None", g.get("work"))


def spooled_path(stream: IO[bytes]) -> Path:
    """Return where a document part of a form lies, everything written."""
    stream.flush()
    return Path(os.fspath(stream.name))
