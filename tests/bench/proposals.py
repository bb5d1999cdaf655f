"""How many letters of the demo office are proposed to the dossier they belong to, by their text?

Every letter is printed, scanned, recognised and brought in; what is filed is taken back, so that
all of them wait. Then the clerk of each dossier is asked, by the same way as the page asks.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import select

from eakte import offices
from eakte.access.accounts import find_login
from eakte.access.acting import actor_of
from eakte.bootstrap import Office, open_office, prepare
from eakte.config import load_settings
from eakte.demo.catalogue import DISABILITY, USERS, DossierPlan, catalogue
from eakte.demo.letter import Letter, Quality
from eakte.demo.office import KEY, load_documents, load_office
from eakte.filing.office_files import contents_of
from eakte.filing.office_loading import load_office as load_department
from eakte.filing.placing import take_back
from eakte.filing.proposing.proposals import Proposal, proposals_of
from eakte.filing.proposing.weighing import Confidence
from eakte.model.delivery import Delivery
from eakte.model.document import Document, DocumentState
from eakte.model.dossier import Dossier
from eakte.model.user import Actor
from eakte.worker import Worker

RECALL, WRONG = 0.95, 0.01
# What the units call a kind of letter that the demo calls otherwise.
CALLED = {
    "Entlassungsbericht": "Krankenhaus-Entlassbericht",
    "Versorgungsärztliche Stellungnahme": "Stellungnahme des versorgungsärztlichen Dienstes",
    "Wohngeldbescheid": "Bewilligungsbescheid",
}


@dataclass(frozen=True)
class Known:
    """A letter, the dossier it belongs to, and who works on it; no plan: it belongs to none."""

    letter: Letter
    plan: DossierPlan | None

    @property
    def printed(self) -> bool:
        """Whether the reference of its dossier is printed on it."""
        words = " ".join(" ".join(self.letter.pages).split())
        return self.plan is not None and self.plan.reference in words

    @property
    def clerk(self) -> str:
        """Who files it."""
        if self.plan is not None:
            return self.plan.clerk
        return next(user.login for user in USERS if DISABILITY in user.departments)


@dataclass
class Tally:
    """What was counted of the letters of one quality."""

    letters: int = 0
    printed: int = 0
    read: int = 0  # of those printed: the reference was read and stands first
    found: int = 0  # the right dossier stands first, however it was found
    sure: int = 0
    likely: int = 0  # sure or probable
    wrong: int = 0  # another dossier stands first and is sure or probable
    doubtful: int = 0  # another dossier stands first, marked as merely possible
    typed: int = 0
    right_type: int = 0


def known_letters(as_of_references: dict[str, str], office: Office) -> Iterator[Known]:
    """Every letter of the demo office as it was founded in this house."""
    with office.database.transaction(writes=False) as session:
        as_of = min(session.scalars(select(Dossier.opened_on)))
    planned = catalogue(as_of=as_of)
    given = {plan.key: as_of_references[plan.person.filed_name] for plan in planned.dossiers}
    plans = catalogue(as_of=as_of, references=given)
    for plan in plans.dossiers:
        for letter in (*plan.letters, *plan.waiting):
            yield Known(letter, plan)
    for letter in plans.stray:
        yield Known(letter, None)


def measure(office: Office, *, verbose: bool) -> int:
    """Print what was counted, by quality, beside the bounds; 1 when one is broken."""
    with office.database.transaction(writes=False) as session:
        references = dict(session.execute(select(Dossier.person_name, Dossier.reference)).all())
        documents = dict(
            session.execute(
                select(Delivery.key, Delivery.document_id).where(Delivery.key.startswith(KEY))
            ).all()
        )
    tallies = {quality: Tally() for quality in Quality}
    missed: Counter[str] = Counter()
    for known in known_letters(references, office):
        document_id = documents.get(f"{KEY}{known.letter.key}")
        if document_id is None:
            missed[known.letter.key] += 1
            continue
        proposals = _asked(office, known.clerk, document_id)
        line = _count(tallies[known.letter.quality], known, proposals)
        if line and verbose:
            print(line)
    return _told(tallies, missed)


def _asked(office: Office, login: str, document_id: UUID) -> list[Proposal]:
    with office.begin(_actor(office, login), writes=False) as work:
        return proposals_of(work, work.session.get_one(Document, document_id))


def _count(tally: Tally, known: Known, proposals: list[Proposal]) -> str:
    """Count a letter, and say what was wrong with it."""
    tally.letters += 1
    best = proposals[0] if proposals else None
    wanted = known.plan.reference if known.plan else None
    right = best is not None and best.dossier.reference == wanted
    likely = best is not None and best.why.confidence is not Confidence.POSSIBLE
    tally.printed += known.printed
    tally.read += known.printed and right and best is not None and best.why.reference is not None
    tally.found += right
    tally.likely += likely
    tally.sure += best is not None and best.why.confidence is Confidence.SURE
    tally.wrong += likely and not right
    tally.doubtful += best is not None and not likely and not right
    problems = []
    if best is not None and best.document_type:
        tally.typed += 1
        called = CALLED.get(known.letter.document_type, known.letter.document_type)
        if best.document_type in (called, f"{called} auf Wohngeld"):
            tally.right_type += 1
        else:
            problems.append(f"Art {best.document_type} statt {called}")
    if wanted is not None and not right:
        problems.append(f"{best.dossier.reference if best else 'nichts'} statt {wanted}")
    elif best is not None and wanted is None:
        problems.append(f"{best.dossier.reference}, gehört aber nirgendwohin")
    return f"{known.letter.key} ({known.letter.quality.value}): {'; '.join(problems)}" * bool(
        problems
    )


def _told(tallies: dict[Quality, Tally], missed: Counter[str]) -> int:
    whole = Tally()
    for tally in tallies.values():
        for name, number in vars(tally).items():
            setattr(whole, name, getattr(whole, name) + number)
    print(
        f"{'Güte':<8}{'Briefe':>7}{'mit Az.':>8}{'gelesen':>9}{'richtig':>9}{'sicher':>8}"
        f"{'falsch':>8}{'fraglich':>9}{'Art':>9}"
    )
    for name, tally in (*((one.value, tallies[one]) for one in Quality), ("alle", whole)):
        print(
            f"{name:<8}{tally.letters:>7}{tally.printed:>8}{_share(tally.read, tally.printed):>9}"
            f"{_share(tally.found, tally.letters):>9}{_share(tally.sure, tally.letters):>8}"
            f"{_share(tally.wrong, tally.likely):>8}{_share(tally.doubtful, tally.letters):>9}"
            f"{_share(tally.right_type, tally.typed):>9}"
        )
    recall = whole.read / max(1, whole.printed)
    wrong = whole.wrong / max(1, whole.likely)
    print(f"Aktenzeichen gelesen: {recall:.1%} (mindestens {RECALL:.0%})")
    print(f"Falsche Vorschläge: {wrong:.1%} (höchstens {WRONG:.0%})")
    if missed:
        print(f"{len(missed)} Briefe liegen nicht in diesem Haus: {', '.join(sorted(missed))}")
    return int(recall < RECALL or wrong > WRONG or bool(missed) or not whole.letters)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "–"


def _actor(office: Office, login: str) -> Actor:
    with office.database.transaction(writes=False) as session:
        account = find_login(session, login)
        assert account is not None, f"{login} is not there"
        return actor_of(session, account, office.clock)


def _load_rules(office: Office) -> None:
    """Measure by the rules as they stand in the files, also in a house that is older."""
    with office.as_system() as work:
        for folder in offices.shipped():
            load_department(work, contents_of(folder))


def _let_all_wait(office: Office) -> None:
    """Take every filed letter back into the inbox; its proposals are then made by the worker."""
    with office.database.transaction(writes=False) as session:
        filed = session.scalars(
            select(Document.id).where(Document.state == DocumentState.FILED)
        ).all()
    for document_id in filed:
        with office.as_system() as work:
            take_back(work, work.session.get_one(Document, document_id))
    Worker(office).run(until_idle=True)


def main() -> int:
    """Measure in a house of its own, or in a copy of one whose letters are recognised."""
    parser = argparse.ArgumentParser(prog="scripts/bench proposals", description=__doc__)
    parser.add_argument(
        "--data", type=Path, help="Datenordner eines erkannten Musteramts; er bleibt, wie er ist"
    )
    parser.add_argument("--verbose", action="store_true", help="jeden Fehler nennen")
    asked = parser.parse_args()
    with TemporaryDirectory() as scratch:
        folder = Path(scratch, "data")
        if asked.data is not None:
            shutil.copytree(asked.data, folder)
        office = open_office(load_settings(data=folder))
        with closing(office):
            prepare(office)
            load_office(office)
            _load_rules(office)
            load_documents(office)
            Worker(office).run(until_idle=True)
            _let_all_wait(office)
            return measure(office, verbose=asked.verbose)


if __name__ == "__main__":
    sys.exit(main())
