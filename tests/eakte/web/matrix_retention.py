"""What the routes of retention need to be understood."""

from __future__ import annotations

from tests.eakte.web.matrix_asks import Body, form, later, told
from tests.eakte.web.matrix_house import REASON

RETENTION: dict[str, Body | None] = {
    "api_erasures.approve": told(),
    "api_erasures.confirm": later(
        lambda house: {"today": house.office.clock.today().isoformat(), "reason": REASON}, json=True
    ),
    "api_erasures.propose": later(
        lambda house: {"dossier_ids": [str(house.things["dossier_id"]["own"])]}, json=True
    ),
    "api_erasures.propose_due": told(),
    "api_erasures.refuse": told(reason=REASON),
    "api_erasures.spare": told(reason=REASON),
    "api_retention.close": told(),
    "api_retention.decide": told(title="Regel", edition=1),
    "api_retention.end": told(reason=REASON),
    "api_retention.facts": told(),
    "api_retention.own_rule": told(reason=REASON),
    "api_retention.preview": told(title="Regel", years=3),
    "api_retention.reopen": told(reason=REASON),
    "api_retention.review": later(
        lambda house: {"review_on": house.office.clock.today().isoformat()}, json=True
    ),
    "api_retention.set_hold": later(
        lambda house: {
            "kind": "court",
            "reason": REASON,
            "review_on": house.office.clock.today().isoformat(),
        },
        json=True,
    ),
    "erasures.approve": form(),
    "erasures.confirm": later(
        lambda house: {"today": house.office.clock.today().isoformat(), "reason": REASON}
    ),
    "erasures.propose": later(lambda house: {"akte": str(house.things["dossier_id"]["own"])}),
    "erasures.refuse": form(reason=REASON),
    "erasures.spare": form(reason=REASON),
    "keeping.close": form(),
    "keeping.facts": form(),
    "keeping.hold": later(
        lambda house: {
            "kind": "court",
            "reason": REASON,
            "review_on": house.office.clock.today().isoformat(),
        }
    ),
    "keeping.own_rule": form(reason=REASON),
    "keeping.reopen": form(reason=REASON),
    "periods.edit": form(title="Regel", kind="undecided"),
    "periods.new": form(key="r", title="Regel", kind="undecided"),
    "retention.end": form(reason=REASON),
    "retention.hold_search": later(
        lambda house: {
            "worte": "muster",
            "kind": "court",
            "reason": REASON,
            "review_on": house.office.clock.today().isoformat(),
        }
    ),
    "retention.review": later(lambda house: {"review_on": house.office.clock.today().isoformat()}),
}
