"""What does a scanning station say of a stack, and what does it get signed in return?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eakte.errors import BadInput
from eakte.evidence.signing import Signer
from eakte.intake.batches import BatchReceipt, Scanned, check_scanned
from eakte.model.findings import Order
from eakte.web.arriving import Arriving
from eakte.web.per_request import the_office

SAID_OF_BATCH = (
    *("sha256", "size", "number", "operator", "device", "settings", "order"),
    *("department", "received_on", "answers"),
)
KEY = "batch_key"
LONGEST_KEY, LONGEST_SETTINGS = 150, 4000


def scanned_of(told: Mapping[str, str], *, name: str, size: int | None = None) -> Scanned:
    """Return what was said of a stack; digest and size have to be.

    Raises:
        BadInput: something is missing, or cannot be what it is said to be.
    """
    said = Arriving(Path(), name, told)
    key = told.get(KEY, "").strip()
    if not key or len(key) > LONGEST_KEY:
        raise BadInput(
            "Es fehlt der Schlüssel der Lieferung, oder er ist länger als %(most)s Zeichen.",
            most=LONGEST_KEY,
        )
    sha256, length = said.sha256(), said.number("size") if size is None else size
    if sha256 is None or length is None:
        raise BadInput("Zu einem Stapel gehören seine Prüfsumme (sha256) und seine Größe (size).")
    order = told.get("order", Order.AS_READ)
    if order not in set(Order):
        raise BadInput("Die Angabe „%(name)s“ gibt es hier nicht.", name="order")
    scanned = Scanned(
        name=name,
        key=key,
        sha256=sha256,
        size=length,
        department=said.word("department", most=40),
        number=said.number("number"),
        operator=said.word("operator", most=200) or "",
        device=said.word("device", most=200) or "",
        settings=_settings(said.word("settings", most=LONGEST_SETTINGS)),
        order=Order(order),
        received_on=said.day("received_on"),
        answers=said.number("answers"),
    )
    check_scanned(scanned)
    return scanned


def signed_receipt(receipt: BatchReceipt, *, went: object = None) -> dict[str, Any]:
    """Return the receipt of a stack signed by the office; ``went`` tells the way of its pages.

    Raises:
        PartUnavailable: the office's key cannot be read.
    """
    signer = Signer(the_office().settings.audit_key)
    return signer.sign_receipt({**receipt.told, "went": went})


def _settings(written: str | None) -> dict[str, str]:
    wrong = BadInput("Die Angabe „%(name)s“ ist kein JSON-Objekt aus Texten.", name="settings")
    try:
        told = json.loads(written) if written else {}
    except (ValueError, RecursionError) as error:
        raise wrong from error
    if not isinstance(told, dict) or not all(isinstance(one, str) for one in told.values()):
        raise wrong
    if any("\0" in text for pair in told.items() for text in pair):
        raise wrong
    return told
