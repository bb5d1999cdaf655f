"""For how long does the office keep its dossiers, and whom does another rule touch?"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.filing.moving_periods import RuleChange, preview_rule
from eakte.filing.retention_rules import (
    RuleShown,
    editions_of,
    entries_naming,
    retention_rule,
    retention_rules,
    set_retention_rule,
)
from eakte.web.kept import (
    choices,
    disposal_words,
    form_of,
    rounding_words,
    rule_as_said,
    rule_words,
    start_words,
    trigger_words,
)
from eakte.web.per_request import current_work
from eakte.web.refusals import REFUSED, Refusal, refusal_of

pages = Blueprint("periods", __name__, url_prefix="/aktenplan/aufbewahrung")
pages.add_app_template_global(rule_words, "rule_words")


@pages.get("")
def index() -> ResponseReturnValue:
    """List the retention rules, the undecided first."""
    work = current_work()
    rules = sorted(retention_rules(work), key=lambda one: one.says.decided)
    return render_template("periods.html", rules=rules, may_edit=may(work.actor, Action.EDIT_PLAN))


@pages.route("/neu", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Add a rule; nothing runs by it yet."""
    work = current_work()
    require(work, Action.EDIT_PLAN)
    if request.method == "GET":
        return _form(None, {"kind": "undecided"})
    try:
        with work.session.begin_nested():
            rule = set_retention_rule(work, rule_as_said(), number=0)
    except REFUSED as fault:
        return _form(None, request.form.to_dict(), refusal_of(fault)), 422
    flash(_("Die Aufbewahrungsregel „%(name)s“ gilt.", name=rule.title), "success")
    return redirect(url_for("periods.show", key=rule.key), 303)


@pages.get("/regel/<key>")
def show(key: str) -> ResponseReturnValue:
    """Show a rule with everything it ever said."""
    work = current_work()
    shown = retention_rule(work, key)
    return render_template(
        "period.html",
        shown=shown,
        editions=editions_of(work, shown.rule),
        entries=entries_naming(work, shown.rule),
        may_edit=may(work.actor, Action.EDIT_PLAN),
    )


@pages.route("/regel/<key>/aendern", methods=["GET", "POST"])
def edit(key: str) -> ResponseReturnValue:
    """Change a rule: first whom that would touch is shown, then it is saved."""
    work = current_work()
    require(work, Action.EDIT_PLAN)
    shown = retention_rule(work, key)
    if request.method == "GET":
        return _form(shown, form_of(shown.fields))
    try:
        wanted = rule_as_said(shown.rule.key)
        if request.form.get("step") != "save":
            change = preview_rule(work, wanted)
            return _form(shown, request.form.to_dict(), change=change)
        with work.session.begin_nested():
            set_retention_rule(
                work,
                wanted,
                shorten=bool(request.form.get("shorten")),
                number=int(number)
                if (number := request.form.get("number", "")).isdecimal()
                else -1,
            )
    except REFUSED as fault:
        return _form(shown, request.form.to_dict(), refusal_of(fault)), 422
    flash(_("Die Aufbewahrungsregel „%(name)s“ gilt.", name=wanted.title), "success")
    return redirect(url_for("periods.show", key=shown.rule.key), 303)


def _form(
    shown: RuleShown | None,
    form: dict[str, Any],
    refusal: Refusal | None = None,
    change: RuleChange | None = None,
) -> str:
    return render_template(
        "period_edit.html",
        shown=shown,
        form=form,
        refusal=refusal,
        change=change,
        triggers=choices(trigger_words()),
        starts=choices(start_words()),
        roundings=choices(rounding_words()),
        disposals=choices(disposal_words()),
    )
