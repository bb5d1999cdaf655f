"""Who gets a dossier that is for no court: by which name, as what, on what ground?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from eakte.errors import Sentence
from eakte.model.representative import RepresentativeRole
from eakte.model.sending import RecipientRole, SendingKind

# On what ground somebody may inspect; § 120 SGG is for who takes part in proceedings at court.
SGB_X, DSGVO, SGG = "§ 25 SGB X", "Art. 15 DSGVO, § 83 SGB X", "§ 120 SGG"
GROUNDS_OF_INSPECTION = (SGB_X, DSGVO, SGG)
GROUND_OF_PASSING_ON = "§ 69 Abs. 1 Nr. 1 SGB X"
# By what something is withheld from who inspects on that ground: the secrets of others.
GROUNDS_OF_WITHHOLDING = {SGB_X: "§ 25 Abs. 3 SGB X", DSGVO: "Art. 15 Abs. 4 DSGVO"}
GROUND_OF_MEDIATION = "§ 25 Abs. 2 SGB X"
ROLES = {
    RecipientRole.PARTY: "beteiligte Person",
    RecipientRole.LAWYER: "Rechtsanwältin oder Rechtsanwalt",
    RecipientRole.REPRESENTATIVE: "bevollmächtigte Person",
    RecipientRole.GUARDIAN: "rechtliche Betreuung oder gesetzliche Vertretung",
}
# As what somebody inspects who acts for the person.
INSPECTING = {
    RepresentativeRole.LAWYER: RecipientRole.LAWYER,
    RepresentativeRole.AUTHORISED: RecipientRole.REPRESENTATIVE,
    RepresentativeRole.GUARDIAN: RecipientRole.GUARDIAN,
    RepresentativeRole.STATUTORY: RecipientRole.GUARDIAN,
}


@dataclass(frozen=True)
class To:
    """Who gets it; ``mandate`` says by what they come for another (§ 13 SGB X)."""

    name: str = ""
    address: str = ""
    role: RecipientRole | None = None
    mandate: str = ""


NOBODY = To()


def against_recipient(kind: SendingKind, to: To, legal_ground: str) -> Iterator[Sentence]:
    """Return every reason why nothing can go to them yet."""
    if not to.name:
        yield (
            Sentence("Bitte nennen Sie, wer Einsicht nimmt.")
            if kind is SendingKind.INSPECTION
            else Sentence("Bitte nennen Sie die Behörde.")
        )
    if not to.address:
        yield Sentence("Bitte nennen Sie die Anschrift.")
    if kind is not SendingKind.INSPECTION:
        return
    if to.role is None:
        yield Sentence("Bitte wählen Sie, als wer die Person Einsicht nimmt.")
    elif to.role is not RecipientRole.PARTY and not to.mandate:
        yield Sentence(
            "Bitte nennen Sie die Vollmacht oder Bestellung, etwa „Vollmacht vom 3. März“ (§ 13 "
            "SGB X)."
        )
    if legal_ground and legal_ground not in GROUNDS_OF_INSPECTION:
        yield Sentence("Bitte wählen Sie die Rechtsgrundlage der Einsicht aus der Liste.")
