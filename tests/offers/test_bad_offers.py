"""Does nothing change by an answer that is wrong, by a hold that comes late, or by a kill?"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from eakte.errors import BadInput, ClockDoubtful, NotAllowed, NotFound, RuleBroken
from eakte.filing.closing import reopen_dossier
from eakte.filing.retention_rules import RuleFields, set_retention_rule
from eakte.interchange.xdomea.packages import write_package
from eakte.interchange.xdomea.records import (
    Decision,
    Head,
    Imported,
    Message,
    MessageType,
    Verdict,
)
from eakte.interchange.xdomea.schemas import Schemas
from eakte.model.archive import Archive
from eakte.model.dossier import Dossier
from eakte.model.hold import HoldKind, RetentionHold
from eakte.model.offer import ArchiveSays, Offer
from eakte.model.periods import Disposal
from eakte.model.retention_rule import RuleEdition
from eakte.retention.deciding import rule_alone
from eakte.retention.exchanging import exchange
from eakte.retention.holds import HoldSaid, end_hold, hold_dossier
from eakte.retention.offering import (
    archive_by_key,
    ask_for_transfer,
    call_off,
    make_offer,
    try_again,
)
from eakte.worker import Worker
from tests.builders import now_
from tests.destroying import witness
from tests.interchange.test_bad_packages import directory_of
from tests.offers.house import LATER, Registry

T = MessageType
COURT = HoldSaid(HoldKind.COURT, "S 12 SB 34/26", date(2026, 10, 1))


def written(
    registry: Registry, kind: MessageType, process: UUID, **said: object
) -> tuple[str, bytes]:
    """A package as the archive of the county writes it, with whatever it says."""
    archive = registry.archive("kreis")
    about = {"version": "3.0.0", "sender": archive.party, "receiver": archive.office}
    about |= {name: said.pop(name) for name in list(said) if name in about}
    head = Head(process, kind, registry.clock.now(), about["sender"], about["receiver"],
                message=uuid4(), answers=uuid4())  # fmt: skip
    target = io.BytesIO()
    message = Message(about["version"], head, **said)  # type: ignore[arg-type]  # fields of a message
    return write_package(target, message, {}, schemas=Schemas(None)).name, target.getvalue()


def with_entry(name: str, content: bytes = b"x", *, of: bytes) -> bytes:
    target = io.BytesIO(of)
    with zipfile.ZipFile(target, "a") as package:
        package.writestr(name, content)
    return target.getvalue()


def changed(of: bytes, before: bytes, after: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(of)) as old, zipfile.ZipFile(target, "w") as new:
        for one in old.namelist():
            content = old.read(one)
            assert before in content
            new.writestr(one, content.replace(before, after))
    return target.getvalue()


def test_a_wrong_answer_is_kept_with_its_faults_and_changes_nothing(
    registry: Registry, shared: Path
) -> None:
    dossiers = [registry.closed(number) for number in range(3)]
    registry.at(LATER)
    registry.archive("kreis", appraise=lambda record, title: "A")
    offer_id = registry.offered("kreis", dossiers)
    registry.work_off()
    (first,) = registry.out("kreis")
    good = dict(registry.archives["kreis"].take(first.name, first.read_bytes()))
    (name,) = (one for one in good if "0502" in one)
    before = registry.row(offer_id).proceeding
    every = tuple(Decision(one, Verdict.ARCHIVE) for one in dossiers)

    def appraisal(*decisions: Decision, **said: object) -> tuple[str, bytes]:
        return written(registry, T.APPRAISAL, offer_id, decisions=decisions, **said)

    pattern = shared / "samples/xdomea/toolkit-3.0.0/xx_Aussonderung.Bewertungsverzeichnis.0502.xml"
    sample = io.BytesIO()
    with zipfile.ZipFile(sample, "w") as package:
        package.writestr(name.replace(".zip", ".xml"), pattern.read_bytes())
    latin = with_entry("uebernahme.txt", of=good[name]).replace(b"uebernahme", b"\xfcbernahme\xe4")
    xxe = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><xdomea:Aussonderung.B'
    stranger = replace(registry.archives["kreis"].party, key="1")
    bad: list[tuple[tuple[str, bytes], str]] = [
        (written(registry, T.APPRAISAL, uuid4(), decisions=every), "unknown-process"),
        (appraisal(*every[1:]), "missing-record"),
        (appraisal(*every, Decision(uuid4(), Verdict.DESTROY)), "surplus-record"),
        (appraisal(*(Decision(one, Verdict.APPRAISE) for one in dossiers)), "undecided"),
        ((name, sample.getvalue()), "wrong-code"),
        (appraisal(*every, version="4.0.0"), "other-version"),
        (appraisal(*every, sender=stranger), "wrong-sender"),
        ((name, changed(good[name], b"<xdomea:Aussonderung.B", xxe)), "doctype"),
        ((name, with_entry("../../etc/cron.d/x", of=good[name])), "name-leads-out"),
        ((name, latin), "name-not-utf8"),
        ((name, directory_of(100_000).getvalue()), "too-many-entries"),
        ((name, b"no package at all"), "no-zip"),
        (written(registry, T.TRANSFER_IMPORTED, offer_id, results=(Imported(dossiers[0], True),)),
         "not-now"),
    ]  # fmt: skip
    found = []
    for (called, content), _ in bad:
        registry.put("kreis", called, content)
        registry.listen()
        rows = [*registry.messages(offer_id), *registry.messages(None)]
        (row,) = (one for one in rows if not one.ours and one.id not in {two[0] for two in found})
        found.append((row.id, [one["kind"] for one in row.faults]))
        assert all(one["sentence"][-1] in ".)“" for one in row.faults), row.faults
        assert not any((registry.folder / "kreis" / "eingang").iterdir())
        assert registry.row(offer_id).proceeding == before
    told = [(kind in kinds, kind, kinds) for (_, kind), (_, kinds) in zip(bad, found, strict=True)]
    assert all(one for one, _, _ in told), [one for one in told if not one[0]]
    assert {one.says for one in registry.dossiers(offer_id)} == {ArchiveSays.PENDING}
    assert len(registry.logged("offer.answer-refused")) == len(bad)
    # The right answer is taken all the same, and once: the same again is a fault, then nothing.
    for _ in range(3):
        registry.put("kreis", name, good[name])
        registry.listen()
    same = [one for one in registry.messages(offer_id) if one.name == name and not one.faults]
    again = [one for one in registry.messages(offer_id) if one.sha256 == same[0].sha256]
    assert len(same) == 1
    assert [[two["kind"] for two in one.faults] for one in again] in (
        [[], ["already-there"]], [["already-there"], []],
    )  # fmt: skip
    assert registry.row(offer_id).state == "appraised"


def test_what_is_held_or_open_again_stops_the_whole_transfer_and_is_named(
    registry: Registry,
) -> None:
    dossiers = [registry.closed(number) for number in range(4)]
    registry.at(LATER)
    bad = set(dossiers[2:])
    registry.archive("kreis", appraise=lambda record, title: "A", fails=bad.__contains__)
    offer_id = registry.offered("kreis", dossiers)
    registry.round("kreis")
    registry.round("kreis")
    clerk = now_(registry.office, registry.staff.clerk)
    with registry.office.begin(clerk) as work:
        hold_id = hold_dossier(work, work.session.get_one(Dossier, dossiers[0]), COURT).id

    def stopped(tried: Callable[..., None]) -> list[str]:
        with registry.acting() as work:
            tried(work, work.session.get_one(Offer, offer_id))
        assert registry.round("kreis") == 0
        return registry.row(offer_id).stopped

    (told,) = stopped(ask_for_transfer)
    assert "Eine Aussonderungssperre steht entgegen" in told
    with registry.acting() as work:
        end_hold(work, work.session.get_one(RetentionHold, hold_id), reason="erledigt")
    with registry.office.begin(clerk) as work:
        reopen_dossier(work, work.session.get_one(Dossier, dossiers[1]), reason="Neuer Antrag")
    (told,) = stopped(try_again)
    assert "nicht geschlossen" in told
    assert [one.kind for one in registry.messages(offer_id) if one.ours] == ["0501", "0505"]
    with registry.office.as_system() as work:
        # As if it had never been opened again; closing anew would begin another ten years.
        row = work.session.get_one(Dossier, dossiers[1])
        other = work.session.get_one(Dossier, dossiers[0])
        row.state, row.closed_on, row.edition_id = other.state, other.closed_on, other.edition_id
    # A hold that comes while the package lies ready, but is not handed over, stops it too.
    with registry.acting() as work:
        try_again(work, work.session.get_one(Offer, offer_id))
    assert Worker(registry.office)._errand_turn()
    with registry.office.begin(clerk) as work:
        late = hold_dossier(work, work.session.get_one(Dossier, dossiers[3]), COURT).id
    assert registry.round("kreis") == 0
    assert "Aussonderungssperre" in registry.row(offer_id).stopped[0]
    with registry.acting() as work:
        end_hold(work, work.session.get_one(RetentionHold, late), reason="erledigt")
        try_again(work, work.session.get_one(Offer, offer_id))
    assert registry.round("kreis") == 1
    # Half of it failed in the archive: that half stays, with the archive's reason.
    row = registry.row(offer_id)
    assert (row.state, row.ended_at) == ("partly-failed", None)
    says = {one.dossier_id: one for one in registry.dossiers(offer_id)}
    assert [says[one].says is ArchiveSays.RELEASED for one in dossiers] == [
        True,
        True,
        False,
        False,
    ]
    assert "Format nicht lesbar" in says[dossiers[3]].sentence
    (answered,) = (one for one in registry.messages(offer_id) if one.kind == "0506")
    assert {one["kind"] for one in answered.notes} == {"import-failed"}
    with registry.acting() as work:
        offer = work.session.get_one(Offer, offer_id)
        with pytest.raises(BadInput):
            call_off(work, offer, reason=" ")
        call_off(work, offer, reason="Das Archiv braucht ein anderes Format")
        with pytest.raises(RuleBroken):
            call_off(work, offer, reason="noch einmal")
    says = {one.dossier_id: one for one in registry.dossiers(offer_id)}
    assert [says[one].says for one in dossiers[1:3]] == [
        ArchiveSays.RELEASED,
        ArchiveSays.CALLED_OFF,
    ]
    # What was called off can be offered anew; what is released cannot.
    registry.offered("kreis", dossiers[2:])
    with pytest.raises(RuleBroken) as refused:
        registry.offered("kreis", dossiers[:1])
    assert [str(one) for one in refused.value.reasons] == ["SBR 1/2015: Schon angeboten (Nr. 1)."]


def test_who_is_killed_after_handing_over_hands_nothing_over_twice(registry: Registry) -> None:
    dossiers = [registry.closed(number) for number in range(2)]
    registry.at(LATER)
    registry.work_off()
    offer_id = registry.offered("kreis", dossiers)
    assert Worker(registry.office)._errand_turn()
    begin = partial(registry.office.on_behalf_of, registry.staff.records.id, writes=False)
    # The message became visible, and nobody lived to write that down.
    exchange(begin, offer_id, show=lambda *_: None)
    (message,) = registry.messages(offer_id)
    assert message.handed_over_at is None
    (path,) = registry.out("kreis")
    path.unlink()
    registry.work_off()
    assert registry.out("kreis") == []
    (message,) = registry.messages(offer_id)
    assert message.handed_over_at is not None
    assert registry.row(offer_id).answer_by == registry.clock.today() + timedelta(days=30)
    assert len(registry.logged("offer.handed-over")) == 1


def test_what_stands_against_an_offer_is_told_dossier_by_dossier(registry: Registry) -> None:
    office, clerk = registry.office, registry.staff.clerk
    names = ("held", "open", "spare", "good", "permanent")
    dossiers = dict(zip(names, (registry.closed(one) for one in range(5)), strict=True))
    with registry.acting() as work:
        row = work.session.get_one(Dossier, dossiers["permanent"])
        forever = RuleFields("ewig", "Ewig", permanent=True, disposal=Disposal.ARCHIVE)
        set_retention_rule(work, forever)
        rule_alone(work, row, key="ewig", reason="Erste Akte des Hauses")
    with registry.acting() as work, pytest.raises(RuleBroken) as refused:
        rows = [work.session.get_one(Dossier, dossiers["good"])]
        make_offer(work, archive_by_key(work, "kreis"), rows)
    assert "Die Aufbewahrungsfrist läuft bis 31.12.2025." in refused.value.reasons[0]
    registry.at(LATER)
    with office.begin(now_(office, clerk)) as work:
        hold_dossier(work, work.session.get_one(Dossier, dossiers["held"]), COURT)
        reopen_dossier(work, work.session.get_one(Dossier, dossiers["open"]), reason="Antrag")
    with registry.acting() as work:
        rows = [work.session.get_one(Dossier, one) for one in dossiers.values()]
        with pytest.raises(RuleBroken) as refused:
            make_offer(work, archive_by_key(work, "kreis"), rows)
        assert [str(one).partition(": ")[2] for one in refused.value.reasons] == [
            "Eine Aussonderungssperre steht entgegen.",
            "Die Akte ist nicht geschlossen.",
            "Das Ende der Aufbewahrungsfrist steht nicht fest.",
        ]
        with pytest.raises(BadInput):
            make_offer(work, archive_by_key(work, "kreis"), [])
        good = rows[3:4]
        for key, disposal, archive, reason in (
            ("kreis", Disposal.DESTROY, "", "zu vernichten (V)"),
            ("kreis", None, "", "noch nicht entschieden"),
            ("kreis", Disposal.APPRAISE, "Landesarchiv", "Zuständig ist „Landesarchiv“."),
        ):
            edition = work.session.get_one(RuleEdition, good[0].edition_id)
            edition.disposal, edition.archive = disposal, archive
            with pytest.raises(RuleBroken) as refused:
                make_offer(work, archive_by_key(work, key), good)
            assert reason in str(refused.value.reasons[0])


def test_by_a_clock_that_jumped_nothing_is_offered(registry: Registry) -> None:
    dossier = registry.closed(1)
    witness(registry.office)
    registry.at(LATER)
    with pytest.raises(ClockDoubtful):
        registry.offered("kreis", [dossier])


def test_nobody_but_records_management_offers_anything(registry: Registry) -> None:
    dossier = registry.closed(1)
    registry.at(LATER)
    for who in (registry.staff.clerk, registry.staff.administrator, registry.staff.scanning):
        with registry.office.begin(now_(registry.office, who)) as work:
            row = work.session.get_one(Dossier, dossier)
            with pytest.raises((NotAllowed, NotFound)):
                archive_by_key(work, "kreis")
            with pytest.raises((NotAllowed, NotFound)):
                make_offer(work, Archive(), [row])
