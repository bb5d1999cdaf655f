"""Which accounts are there, and what may they do?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access import accounts
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.access.factors.owned import reset_factors
from eakte.access.sessions import end_sessions_of
from eakte.errors import BadInput, NotUnique, RolesExclude, WeakPassword
from eakte.model.department import Department
from eakte.model.user import Role, User
from eakte.unit_of_work import UnitOfWork
from eakte.web.desk import role_label
from eakte.web.errors import said
from eakte.web.forms import identifier, paging, refuse_stale, text
from eakte.web.per_request import current_work

pages = Blueprint("users", __name__, url_prefix="/verwaltung/benutzer")


@dataclass(frozen=True)
class Row:
    """A line of the list."""

    user: User
    departments: tuple[str, ...]


@pages.get("")
def index() -> ResponseReturnValue:
    """List the accounts."""
    work = current_work()
    listed = accounts.users(work)
    units = accounts.units_of(work)
    rows = [Row(user, units.get(user.id, ())) for user in listed]
    return render_template(
        "users.html", rows=rows, page=paging(1, 1, len(rows), max(1, len(rows)), len(rows))
    )


@pages.route("/neu", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Create an account."""
    work = current_work()
    require(work, Action.MANAGE_USERS)
    if request.method == "GET":
        return _page(work, None, form={"active": True})
    errors: dict[str, str] = {}
    try:
        user = accounts.create_user(
            work,
            text("login", most=80),
            name=text("name", most=200),
            password=request.form.get("password", ""),
            roles=_roles(),
            departments=_units(work),
        )
    except NotUnique as fault:
        errors["login"] = said(fault)
    except RolesExclude:
        errors["roles"] = _excluded()
    except WeakPassword as fault:
        errors["password"] = said(fault)
    except BadInput as fault:
        errors["name"] = said(fault)
    else:
        flash(_("Das Konto für %(name)s ist angelegt.", name=user.name), "success")
        return redirect(url_for("users.index"), 303)
    return _page(work, None, form=_typed(), errors=errors), 422


@pages.route("/<uuid:user_id>", methods=["GET", "POST"])
def show(user_id: UUID) -> ResponseReturnValue:
    """Show and change one account."""
    work = current_work()
    user = accounts.user_by_id(work, user_id)
    if request.method == "GET":
        units = [str(unit.id) for unit in accounts.departments_of(work, user)]
        form = {
            "name": user.name,
            "roles": user.roles,
            "departments": units,
            "active": user.active,
        }
        return _page(work, user, form=form)
    refuse_stale(user.edits)
    password = request.form.get("password", "")
    errors: dict[str, str] = {}
    try:
        # Both changes or none: what is returned from here is committed.
        with work.session.begin_nested():
            accounts.change_user(
                work,
                user,
                name=text("name", most=200),
                roles=_roles(),
                departments=_units(work),
                active="active" in request.form,
            )
            if password:
                accounts.set_password(work, user, password=password)
    except RolesExclude:
        errors["roles"] = _excluded()
    except WeakPassword as fault:
        errors["password"] = said(fault)
    except BadInput as fault:
        errors["name"] = said(fault)
    else:
        flash(_("Das Konto ist gespeichert."), "success")
        return redirect(url_for("users.index"), 303)
    return _page(work, user, form=_typed(), errors=errors), 422


@pages.post("/<uuid:user_id>/abmelden")
def end_sessions(user_id: UUID) -> ResponseReturnValue:
    """End every session of an account."""
    work = current_work()
    user = accounts.user_by_id(work, user_id)
    end_sessions_of(work, user)
    flash(_("Alle Sitzungen dieses Kontos sind beendet."), "success")
    return redirect(url_for("users.show", user_id=user.id), 303)


@pages.post("/<uuid:user_id>/faktoren")
def reset(user_id: UUID) -> ResponseReturnValue:
    """Take the second factors from an account whose owner has lost them."""
    work = current_work()
    user = accounts.user_by_id(work, user_id)
    reset_factors(work, user)
    flash(_("Der zweite Faktor dieses Kontos ist zurückgesetzt."), "success")
    return redirect(url_for("users.show", user_id=user.id), 303)


def _excluded() -> str:
    """Name every forbidden pair that was chosen, in words."""
    return " ".join(
        _(
            "„%(one)s“ und „%(other)s“ darf nicht dieselbe Person haben.",
            one=role_label(one),
            other=role_label(other),
        )
        for one, other in accounts.excluded_pairs(_roles())
    )


def _page(
    work: UnitOfWork,
    user: User | None,
    *,
    form: dict[str, Any],
    errors: dict[str, str] | None = None,
) -> str:
    return render_template(
        "user.html",
        user=user,
        roles=[role.value for role in Role],
        myself=user is not None and user.id == work.actor.id,
        departments=[(unit.id, unit.name) for unit in accounts.departments(work.session)],
        form=form,
        errors=errors or {},
    )


def _typed() -> dict[str, Any]:
    return {
        "login": request.form.get("login", ""),
        "name": request.form.get("name", ""),
        "roles": request.form.getlist("roles"),
        "departments": request.form.getlist("departments"),
        "active": "active" in request.form,
    }


def _roles() -> set[Role]:
    known = {role.value for role in Role}
    return {Role(role) for role in request.form.getlist("roles") if role in known}


def _units(work: UnitOfWork) -> list[Department]:
    wanted = {identifier(typed) for typed in request.form.getlist("departments")}
    return [unit for unit in accounts.departments(work.session) if unit.id in wanted]
