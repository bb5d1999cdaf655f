"""What two public viewers of courts read of a package, field by field."""

from __future__ import annotations

from eakte.interchange.package import Dispatch
from eakte.interchange.xjustiz.writing_package import Standards, WrittenPackage
from tests.interchange.conftest import message_of
from tests.interchange.viewers import (
    as_read,
    as_sent,
    listed_as,
    open_xjv_reads,
    xjustiz2pdf_lists,
)


def test_xjustiz2pdf_lists_what_was_sent(package: WrittenPackage) -> None:
    assert xjustiz2pdf_lists(message_of(package)) == [listed_as(one) for one in package.bound]


def test_open_xjv_reads_every_field_as_it_was_meant(
    package: WrittenPackage, standards: Standards, dispatch: Dispatch
) -> None:
    (read,) = open_xjv_reads([message_of(package)], package.version)
    assert read["court"]["name"] == "Sozialgericht München"
    assert read["court"]["aktenzeichen"] in ("S 12 SB 34/26", ["S 12 SB 34/26"])
    assert read["office"]["name"] == dispatch.office.name
    roles = [one["rolle"][0]["rollenbezeichnung"] for one in read["parties"]]
    assert roles == [
        *("Kläger(in)", "Beklagte(r)", "Prozessbevollmächtigte(r)", "Prozessbevollmächtigte(r)"),
        *("Bevollmächtigte(r)", "Betreuer(in)", "Gesetzliche(r) Vertreter(in)"),
    ]
    assert len(read["beside"]) == 4
    assert [as_read(one) for one in read["documents"]] == [
        as_sent(one, standards.lists) for one in package.bound
    ]
