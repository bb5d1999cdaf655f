"""Is an address that somebody typed told in its parts, or not at all?"""

from __future__ import annotations

import pytest

from eakte.casework.sending.addresses import address_of
from eakte.interchange.package import Address


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("Am Markt 1, 84028 Musterstadt", ("Am Markt", "1", "84028", "Musterstadt")),
        ("Hauptstraße 12 a\n01067 Dresden", ("Hauptstraße", "12a", "01067", "Dresden")),
        ("c/o Müller, Weg 3-5, D-10115 Berlin, Deutschland", ("Weg", "3-5", "10115", "Berlin")),
        (
            "Straße des 17. Juni 135; 10623 Berlin",
            ("Straße des 17. Juni", "135", "10623", "Berlin"),
        ),
        ("Hof am See, 17192 Waren (Müritz)", ("Hof am See", "", "17192", "Waren (Müritz)")),
        ("80331 München", ("", "", "80331", "München")),
        ("unbekannt verzogen", None),
        ("1 Rue de Rivoli, Paris", None),
        ("", None),
        ("84028", None),
    ],
)
def test_an_address_is_told_in_its_parts(typed: str, told: tuple[str, ...] | None) -> None:
    assert address_of(typed) == (Address(*told) if told else None)
