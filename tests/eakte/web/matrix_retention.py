"""What the routes of retention need to be understood."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.eakte.web.matrix_house import REASON, MatrixHouse

Body = Callable[[MatrixHouse], dict[str, Any]]


def _form(**sent: Any) -> Body:
    return lambda house: {"form": sent}


def _told(**sent: Any) -> Body:
    return lambda house: {"json": sent}


def _later(build: Body, *, json: bool = False) -> Body:
    return lambda house: {"json" if json else "form": build(house)}


RETENTION: dict[str, Body | None] = {
    "api_retention.close": _told(),
    "api_retention.decide": _told(title="Regel", edition=1),
    "api_retention.end": _told(reason=REASON),
    "api_retention.facts": _told(),
    "api_retention.own_rule": _told(reason=REASON),
    "api_retention.preview": _told(title="Regel", years=3),
    "api_retention.reopen": _told(reason=REASON),
    "api_retention.review": _later(
        lambda house: {"review_on": house.office.clock.today().isoformat()}, json=True
    ),
    "api_retention.set_hold": _later(
        lambda house: {
            "kind": "court",
            "reason": REASON,
            "review_on": house.office.clock.today().isoformat(),
        },
        json=True,
    ),
    "keeping.close": _form(),
    "keeping.facts": _form(),
    "keeping.hold": _later(
        lambda house: {
            "kind": "court",
            "reason": REASON,
            "review_on": house.office.clock.today().isoformat(),
        }
    ),
    "keeping.own_rule": _form(reason=REASON),
    "keeping.reopen": _form(reason=REASON),
    "periods.edit": _form(title="Regel", kind="undecided"),
    "periods.new": _form(key="r", title="Regel", kind="undecided"),
    "retention.end": _form(reason=REASON),
    "retention.hold_search": _later(
        lambda house: {
            "worte": "muster",
            "kind": "court",
            "reason": REASON,
            "review_on": house.office.clock.today().isoformat(),
        }
    ),
    "retention.review": _later(lambda house: {"review_on": house.office.clock.today().isoformat()}),
}
