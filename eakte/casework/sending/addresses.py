"""Which street, number and place does an address say that somebody typed in one line?"""

from __future__ import annotations

import re

from eakte.interchange.package import Address

# "Hauptstraße 12 a, 84028 Musterstadt", with commas or lines between, a country behind.
TOWN = re.compile(r"(?:D[- ])?(?P<postcode>\d{5})\s+(?P<place>[^\d\s][^\d]*)")
STREET = re.compile(
    r"(?P<street>.*[^\d\s].*?)\s+(?P<number>\d+\s?[a-zA-Z]?(?:\s?[-/+]\s?\d+\s?[a-zA-Z]?)*)"
)


def address_of(typed: str) -> Address | None:
    """Return an address in its parts; None where postcode and place cannot be told apart.

    Lines that name neither, such as "bei Müller", are left out: the message has no word for them.
    """
    parts = [" ".join(one.split()) for one in re.split(r"[,;\n]", typed)]
    at = next((place for place, one in enumerate(parts) if TOWN.fullmatch(one)), None)
    if at is None:
        return None
    town = TOWN.fullmatch(parts[at])
    street = next((found for one in parts[:at][::-1] if (found := STREET.fullmatch(one))), None)
    if town is None:
        return None
    return Address(
        street=street["street"] if street else (parts[at - 1] if at else ""),
        house_number=street["number"].replace(" ", "") if street else "",
        postcode=town["postcode"],
        place=town["place"].strip(),
    )
