"""An archive with which a unit deals, and dossiers that were offered to it, past all questions."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from eakte.interchange.xdomea.keeping import as_plain
from eakte.interchange.xdomea.offered import Stub, Tree
from eakte.interchange.xdomea.proceedings import Proceeding, Seen
from eakte.interchange.xdomea.records import Level, MessageType, Party
from eakte.model.appraisal import CatalogueRule, Kind
from eakte.model.archive import Archive, kept_rule
from eakte.model.content import keep_content
from eakte.model.dossier import Dossier
from eakte.model.offer import Offer, OfferedDossier, OfferMessage
from eakte.model.periods import Disposal
from eakte.model.user import SYSTEM_ID
from eakte.unit_of_work import UnitOfWork

T = MessageType
BASIS = "Vereinbarung 2020"
RULES = (
    CatalogueRule(Kind.INITIAL, Disposal.ARCHIVE, letters=("D", "O", "T"), basis=BASIS),
    CatalogueRule(Kind.EVERYTHING, Disposal.DESTROY, basis=BASIS),
)


def an_archive(work: UnitOfWork, department_id: UUID) -> Archive:
    """Let a unit deal with an archive."""
    made = Archive(
        department_id=department_id,
        key="kreis",
        name="Kreisarchiv Musterkreis",
        code="09990001",
        prefix="psw",
        version="3.0.0",
        answer_days=30,
        catalogue=[kept_rule(one) for one in RULES],
        loaded_at=work.clock.now(),
    )
    work.session.add(made)
    work.session.flush()
    return made


def one_offer(work: UnitOfWork, dossiers: Sequence[UUID]) -> tuple[UUID, UUID]:
    """Let dossiers be offered to an archive that has answered badly; the ids of both."""
    rows = [work.session.get_one(Dossier, one) for one in dossiers]
    archive = an_archive(work, rows[0].department_id)
    now, offer_id = work.clock.now(), uuid4()
    party = Party(institution=archive.name, key=archive.code, prefix=archive.prefix)
    ids = tuple(one.id for one in rows)
    tree = Tree(tuple(Stub(one.id, Level.DOSSIER, one.reference) for one in rows))
    seen = (Seen(T.OFFER, now, 1, 1, uuid4(), None, True, ids),)
    proceeding = Proceeding(offer_id, "3.0.0", Party("Amt"), party, seen=seen, tree=tree)
    work.session.add(
        Offer(
            id=offer_id,
            number=1,
            department_id=archive.department_id,
            archive=archive.key,
            archive_name=archive.name,
            version=archive.version,
            steps=archive.steps,
            state=proceeding.state.value,
            note="Jahrgang 2009",
            made_at=now,
            made_by_id=SYSTEM_ID,
            made_by="Sabine Sacher",
            proceeding=as_plain(proceeding),
            answer_by=work.clock.today() - timedelta(days=1),
            stopped=["SBR 1/2009: Eine Aussonderungssperre steht entgegen."],
        )
    )
    work.session.flush()
    work.session.add_all(
        OfferedDossier(offer_id=offer_id, dossier_id=one.id, place=place, reference=one.reference,
                       sentence="Das Archiv hat noch nicht vollständig bewertet.")
        for place, one in enumerate(rows, start=1)
    )  # fmt: skip
    stored = work.store.put(io.BytesIO(b"PK message"))
    keep_content(work.session, str(stored.digest), size=stored.size, at=now)
    fault = {"kind": "no-zip", "sentence": "Das Paket ist kein ZIP.", "about": ""}
    made = [
        OfferMessage(
            offer_id=of,
            archive=archive.key,
            kind=kind,
            ours=ours,
            name=f"{offer_id}_{kind}.zip",
            sha256=str(stored.digest),
            size=stored.size,
            at=now,
            by="Sabine Sacher",
            faults=[] if ours else [fault],
            handed_over_at=now if ours else None,
        )
        for of, kind, ours in (
            (offer_id, "0501", True),
            (offer_id, "0502", False),
            (None, "", False),
        )
    ]
    work.session.add_all(made)
    work.session.flush()
    return offer_id, made[0].id
