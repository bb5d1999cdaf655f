"""Is the acknowledgement of receipt a message that holds to the official schema of its day?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
from lxml import etree

from eakte.errors import RuleBroken
from eakte.interchange.package import Product
from eakte.interchange.xjustiz.writing_confirmation import (
    NAMESPACE,
    Confirmation,
    Trouble,
    write_confirmation,
)
from eakte.interchange.xjustiz.writing_package import Standards

TOLD = Confirmation(
    id=UUID(int=7),
    answers=UUID("2f0b8c8e-6c0a-4d57-9d3f-0c1c2a7b9e01"),
    made_at=datetime(2026, 5, 4, 9, 30, tzinfo=UTC),
    office="Landratsamt „Musterkreis“",
    our_reference="SBR 1/2026",
    court="B6234",
    court_reference="S 3 SB 12/26",
    product=Product("e-Akte", "Projekt e-Akte", "1"),
    received_on=date(2026, 5, 4),
)
DAYS = {"3.5.1": 2025, "3.6.2": 2026, "3.7.0": 2027}


def said(content: bytes, name: str) -> list[str]:
    return [one.text or "" for one in etree.fromstring(content).iter(f"{{{NAMESPACE}}}{name}")]


@pytest.mark.parametrize("version", DAYS)
def test_each_version_holds_to_its_schema_and_names_what_it_answers(
    standards: Standards, version: str
) -> None:
    on = TOLD.made_at.replace(year=DAYS[version])
    for told in (
        replace(TOLD, made_at=on),
        replace(TOLD, made_at=on, court_reference="", our_reference="Ünïcode → 漢 1/26"),
        replace(
            TOLD, made_at=on, received_on=None, trouble=Trouble.UNCLEAR, reason="Seite 2 fehlt. 📄"
        ),
    ):
        written = write_confirmation(told, standards)
        assert written.version == version
        assert standards.schemas.faults(written.content, version) == []
        assert said(written.content, "fremdeNachrichtenID") == [str(TOLD.answers)]
        taken = said(written.content, "empfangsbestaetigung")
        assert taken == (["2026-05-04"] if told.received_on else [])
        assert len(said(written.content, "stoerungsID")) == (0 if told.received_on else 1)


def test_without_a_known_court_or_the_schema_nothing_is_written_and_every_reason_said(
    standards: Standards, tmp_path: Path
) -> None:
    with pytest.raises(RuleBroken) as refused:
        write_confirmation(replace(TOLD, court="XXXX"), standards)
    assert "XXXX" in " ".join(refused.value.reasons)
    with pytest.raises(RuleBroken) as refused:
        write_confirmation(TOLD, Standards.from_folder(tmp_path))
    assert len(refused.value.reasons) == 2
    with pytest.raises(RuleBroken):
        write_confirmation(replace(TOLD, received_on=None), standards)
