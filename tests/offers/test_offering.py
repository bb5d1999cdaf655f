"""Does a whole disposal run through the house, the long way and the short one, archive by archive?

`EAKTE_TEST_OFFERS` says with how many dossiers; the suite takes a few, the proof is 200.
"""

from __future__ import annotations

import os
from uuid import UUID

import pytest

from eakte.errors import NeedsConfirmation
from eakte.model.offer import ArchiveSays, Offer
from eakte.retention.offering import ask_for_transfer
from tests.offers.house import LATER, Registry

MANY = int(os.environ.get("EAKTE_TEST_OFFERS", "7"))


def every_third(record: UUID, title: str) -> str:
    """A for every third dossier; a case says nothing of its own and follows its dossier."""
    if "Änne" not in title:
        return ""
    return "A" if int(title.split()[-1]) % 3 == 0 else "V"


def handed_over(registry: Registry, offer_id: UUID) -> None:
    with registry.acting() as work:
        ask_for_transfer(work, work.session.get_one(Offer, offer_id))


@pytest.mark.parametrize("key", ["kreis", "land"])
def test_in_four_steps_what_the_archive_wants_goes_and_the_rest_is_released(
    registry: Registry, key: str
) -> None:
    dossiers = [registry.closed(number, letters=1 + number % 2) for number in range(MANY)]
    registry.at(LATER)
    archive = registry.archive(key, appraise=every_third)
    offer_id = registry.offered(key, dossiers, confirmed=False)
    parts = 1 if key == "kreis" else -(-MANY // 5)
    assert registry.row(offer_id).state == "begun"
    assert registry.round(key) == parts
    row = registry.row(offer_id)
    assert (row.state, row.stopped, row.answer_by) == ("appraised", [], None)
    worthy = len(range(0, MANY, 3))
    said = [one.says for one in registry.dossiers(offer_id)]
    assert said.count(ArchiveSays.RELEASED) == MANY - worthy
    # Each part of the appraisal was receipted by itself.
    assert registry.round(key) == parts
    assert registry.out(key) == []
    with registry.acting(confirmed=False) as work, pytest.raises(NeedsConfirmation):
        ask_for_transfer(work, work.session.get_one(Offer, offer_id))
    handed_over(registry, offer_id)
    assert registry.row(offer_id).state == "appraised"
    assert registry.round(key) == (1 if key == "kreis" else -(-worthy // 5))
    row = registry.row(offer_id)
    assert (row.state, row.stopped) == ("done", [])
    assert row.ended_at is not None
    assert {one.says for one in registry.dossiers(offer_id)} == {ArchiveSays.RELEASED}
    verdicts = {one.dossier_id: one.verdict for one in registry.dossiers(offer_id)}
    assert [verdicts[one] for one in dossiers] == [
        "A" if number % 3 == 0 else "V" for number in range(MANY)
    ]
    messages = registry.messages(offer_id)
    assert all(one.checked and not one.faults for one in messages)
    assert all(one.handed_over_at for one in messages if one.ours)
    kinds = [one.kind for one in messages]
    assert set(kinds) == {"0501", "0502", "0503", "0504", "0505", "0506", "0507"}
    # Reading copies and originals lie on the archive's shelf with their own bytes.
    files = sum(1 + number % 2 for number in range(0, MANY, 3))
    if key == "land":  # with originals beside the reading copies
        files += worthy
    assert len(archive.shelf) == files
    assert any(one.endswith(b"as PDF/A") for one in archive.shelf.values())


def _third(number: int) -> bool:
    return (number + 1) % 3 == 0


@pytest.mark.parametrize("key", ["stadt", "bund"])
def test_in_two_steps_the_catalogue_decides_and_the_contents_go_at_once(
    registry: Registry, key: str
) -> None:
    dossiers = [registry.closed(number) for number in range(MANY)]
    registry.at(LATER)
    archive = registry.archive(key)
    with pytest.raises(NeedsConfirmation):
        registry.offered(key, dossiers, confirmed=False)
    offer_id = registry.offered(key, dossiers)
    rows = registry.dossiers(offer_id)
    # Öztürk stands with the O, as in every list of names; the numbers are those of the references.
    wanted = (lambda number: number % 7 in (0, 2, 3, 4)) if key == "stadt" else _third
    worthy = {one for number, one in enumerate(dossiers) if wanted(number)}
    assert {one.dossier_id for one in rows if one.verdict == "A"} == worthy
    released = [one for one in rows if one.says is ArchiveSays.RELEASED]
    assert [one.verdict for one in released] == ["V"] * (MANY - len(worthy))
    assert all("Vereinbarung" in one.sentence for one in released)
    assert registry.round(key) == 1
    row = registry.row(offer_id)
    assert (row.state, row.stopped) == ("done", [])
    assert {one.says for one in registry.dossiers(offer_id)} == {ArchiveSays.RELEASED}
    assert [one.kind for one in registry.messages(offer_id)][:1] == ["0503"]
    assert len(archive.shelf) == len(worthy)
