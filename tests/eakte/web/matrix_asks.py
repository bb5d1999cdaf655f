"""How is written down what a call needs?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.eakte.web.matrix_house import MatrixHouse

Body = Callable[[MatrixHouse], dict[str, Any]]


def form(**sent: Any) -> Body:
    return lambda house: {"form": sent}


def told(**sent: Any) -> Body:
    return lambda house: {"json": sent}


def later(build_body: Callable[[MatrixHouse], dict[str, Any]], *, json: bool = False) -> Body:
    return lambda house: {"json" if json else "form": build_body(house)}


def today(house: MatrixHouse) -> str:
    return house.office.clock.today().isoformat()
