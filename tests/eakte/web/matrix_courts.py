"""What a call needs to be understood, for every route about dossiers that go to courts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.eakte.web.matrix_house import REASON, MatrixHouse


def _day(house: MatrixHouse) -> str:
    return house.office.clock.today().isoformat()


def _objection(house: MatrixHouse) -> dict[str, str]:
    return {"stand": "told", "on": _day(house), "reason": REASON}


SENDINGS: dict[str, Callable[[MatrixHouse], dict[str, Any]] | None] = {
    "api_objections.of_case": lambda house: {"json": _objection(house)},
    "api_objections.of_document": lambda house: {"json": _objection(house)},
    "api_sending_way.give": None,
    "api_sending_way.release": None,
    "api_sendings.ask": lambda house: {"json": {"court": "D6260", "choices": []}},
    "api_sendings.hand_over": lambda house: {"json": {"on": _day(house)}},
    "objections.note": lambda house: {
        "form": _objection(house) | {"about": str(house.things["case_id"]["own"])}
    },
    "sending_way.give": lambda house: {"form": {}},
    "sending_way.release": lambda house: {"form": {}},
    "sendings.ask": lambda house: {"form": {"court": "D6260", "act": "send"}},
    "sendings.hand_over": lambda house: {"form": {"day": _day(house)}},
}
