"""How does a person say that they have seen what they were told?"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from eakte.access.rights.notices import note_seen
from eakte.web.login import local_path
from eakte.web.per_request import current_work

pages = Blueprint("notices", __name__)


@pages.post("/hinweis/<uuid:notice_id>/gesehen")
def seen(notice_id: UUID) -> ResponseReturnValue:
    """Put a notice away and return to the page on which it stood."""
    note_seen(current_work(), notice_id)
    return redirect(local_path(request.form.get("then")) or url_for("desk.home"), 303)
