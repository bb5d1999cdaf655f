"""What the routes about offers to archives need to be understood."""

from __future__ import annotations

import io

from tests.eakte.web.matrix_asks import Body, form, later, told
from tests.eakte.web.matrix_house import REASON, MatrixHouse


def _wanted(house: MatrixHouse) -> dict[str, object]:
    return {"archive": "kreis", "dossier_ids": [str(house.things["dossier_id"]["own"])]}


OFFERS: dict[str, Body | None] = {
    "api_offers.end": told(reason=REASON),
    "api_offers.make": later(_wanted, json=True),
    "api_offers.preview": later(_wanted, json=True),
    "api_offers.retry": None,
    "api_offers.take": lambda house: {"content": b"PK", "type": "application/octet-stream"},
    "api_offers.transfer": None,
    "offers.choose": form(umfang="auswahl"),
    "offers.end": form(reason=REASON),
    "offers.make": form(archiv="kreis", umfang="auswahl", stand="0" * 64),
    "offers.retry": form(),
    "offers.transfer": form(),
    "offers.upload": lambda house: {"form": {"antwort": (io.BytesIO(b"PK"), "antwort.zip")}},
}
