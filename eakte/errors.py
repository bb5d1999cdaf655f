"""What can go wrong, named by what is true of it, with a sentence for the person and the next step?

    EakteError                      code, message for the user, what to do next
    ├─ NotFound                     also for what one may not see
    ├─ NotAllowed                   seen, but not permitted
    │  ├─ NeedsConfirmation         permitted as soon as the person has proved again who they are
    │  └─ NeedsSecondFactor         nothing is permitted before a second factor is set up
    ├─ SignedOut                    nobody is signed in
    ├─ BadInput                     the sender keeps its copy, nothing was kept here
    │  ├─ EmptyContent · ContentTooLarge · UnknownType · NotAsDeclared · BadQueryText · BadTable
    │  └─ NumberUsed · WeakPassword
    ├─ RuleBroken                   every reason, not the first
    │  ├─ AlreadyFiled · NotFiled · DossierClosed · CaseClosed · NotUnique · KeyUsed · CheckedOut
    │  ├─ Cancelled · Held · RolesExclude · SamePerson · LogDamaged · PersonKnown · Signed
    │  └─ ClockDoubtful
    ├─ ChangedMeanwhile             someone else saved first
    └─ PartUnavailable              store, index, database or sandbox out of reach
       ├─ TooMuchAtOnce             the part works, but has to catch its breath first
       │  └─ OverQuota              the station has delivered what it may deliver today
       ├─ Disturbed                 a shut-in child says that the machine failed it
       └─ NotLogged                 without an entry in the log nothing is done and nothing shown

Messages are German templates with named values; the web looks the template up before it fills it.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

# With these the operating system says that the machine is in trouble, and not what it was asked
# to work on: no room on the disk, a broken disk, no more files, memory or processes.
DISK_FAULTS = frozenset({errno.EIO, errno.EROFS})
MACHINE_FAULTS = DISK_FAULTS | frozenset(
    {
        *(errno.ENOSPC, errno.EDQUOT),
        *(errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN),
    }
)


class Sentence(str):
    """A German sentence, filled with values, that can still be said in another language.

    Values that are sentences themselves are translated with it.
    """

    template: str
    values: dict[str, object]

    def __new__(cls, template: str, **values: object) -> Sentence:
        """Fill the template."""
        made = super().__new__(cls, template % values if values else template)
        made.template, made.values = template, values
        return made


class Sentences(str):
    """Several sentences in one line, each of which can still be said in another language."""

    parts: tuple[str, ...]

    def __new__(cls, parts: Iterable[str]) -> Sentences:
        """Put them behind one another."""
        said = tuple(parts)
        made = super().__new__(cls, " ".join(said))
        made.parts = said
        return made


class EakteError(Exception):
    """Something is not possible; ``str(error)`` is one German sentence saying what is true.

    ``code`` names the kind of the error for programs, ``next_step`` says what the person can do.
    """

    code = "error"
    next_step = ""

    def __init__(self, template: str, *, next_step: str | None = None, **values: object) -> None:
        if isinstance(template, Sentence):
            values = template.values | values
            template = template.template
        self.template = template
        self.values = values
        if next_step is not None:
            self.next_step = next_step
        super().__init__(template % values if values else template)

    @property
    def message(self) -> str:
        """The German sentence."""
        return str(self)


class NotFound(EakteError):
    """There is no such thing, or this person may not know of it: both look the same."""

    code = "not-found"
    next_step = "Bitte prüfen Sie die Angabe oder suchen Sie danach."


class NotAllowed(EakteError):
    """The person sees the thing but may not do this with it."""

    code = "not-allowed"
    next_step = "Wenn Sie das für Ihre Arbeit brauchen, wenden Sie sich an Ihre Leitung."


class NeedsConfirmation(NotAllowed):
    """The act is weighty: it is allowed once the person has proved again who they are."""

    code = "confirmation-needed"
    next_step = (
        "Bitte weisen Sie sich im Browser noch einmal aus; ein Zugangsschlüssel für Programme "
        "genügt dafür nicht."
    )


class NeedsSecondFactor(NotAllowed):
    """The office asks everybody for a second factor, and this person has none yet."""

    code = "second-factor-needed"
    next_step = "Bitte richten Sie unter „Mein Konto“ eine Code-App oder einen Passkey ein."


class SignedOut(EakteError):
    """Nobody is signed in, or the session has ended."""

    code = "signed-out"
    next_step = "Bitte melden Sie sich an."


class BadInput(EakteError):
    """What was sent cannot be taken; nothing of it was kept and the sender still has it."""

    code = "bad-input"
    next_step = "Bitte berichtigen Sie die Angabe und senden Sie erneut."


class EmptyContent(BadInput):
    """Zero bytes arrived."""

    code = "empty"


class ContentTooLarge(BadInput):
    """More bytes than the setting allows."""

    code = "too-large"


class UnknownType(BadInput):
    """A kind of content that is never taken, for example an archive with unknown contents."""

    code = "unknown-type"


class NotAsDeclared(BadInput):
    """Size or digest differ from what the sender declared."""

    code = "not-as-declared"
    next_step = "Bitte senden Sie das Dokument noch einmal; hier wurde nichts gespeichert."


class NumberUsed(BadInput):
    """A scanning station has given this running number to another stack before."""

    code = "number-used"
    next_step = "Bitte prüfen Sie den Zähler des Geräts."


class WeakPassword(BadInput):
    """A password that is too short, too long, or among the first that anybody would try."""

    code = "weak-password"
    next_step = "Bitte wählen Sie ein anderes, etwa vier Wörter, die nichts miteinander verbindet."


class BadQueryText(BadInput):
    """The search words cannot be understood; ``position`` counts characters from 0."""

    code = "bad-query"

    def __init__(self, template: str, *, position: int, **values: object) -> None:
        super().__init__(template, next_step="Bitte berichtigen Sie die Suchworte.", **values)
        self.position = position


class BadTable(BadInput):
    """A table cannot be taken; ``reasons`` names every fault with its line."""

    code = "bad-table"
    next_step = "Bitte berichtigen Sie die genannten Zeilen und laden Sie die Tabelle noch einmal."

    def __init__(self, template: str, *, reasons: Sequence[str]) -> None:
        super().__init__(template)
        self.reasons: tuple[str, ...] = tuple(reasons)


class RuleBroken(EakteError):
    """One or more rules stand against it; ``reasons`` lists every one as a German sentence."""

    code = "rule-broken"
    next_step = "Bitte beheben Sie die genannten Gründe."

    def __init__(
        self,
        template: str,
        *,
        reasons: Sequence[str] = (),
        next_step: str | None = None,
        **values: object,
    ) -> None:
        super().__init__(template, next_step=next_step, **values)
        self.reasons: tuple[str, ...] = tuple(reasons) or (self.message,)


class AlreadyFiled(RuleBroken):
    """The document lies in a case already."""

    code = "already-filed"


class NotFiled(RuleBroken):
    """The document lies in no case."""

    code = "not-filed"


class DossierClosed(RuleBroken):
    """The dossier takes nothing more in."""

    code = "dossier-closed"


class Cancelled(RuleBroken):
    """The thing, or what it lies in, is cancelled or destroyed and stays as it is."""

    code = "cancelled"
    next_step = "Bitte heben Sie zuerst die Stornierung auf."


class Held(RuleBroken):
    """The content is opened for nobody: no virus scanner has passed it."""

    code = "held"
    next_step = "Bitte warten Sie die Prüfung ab; nach einem Fund entscheidet die Leitung."


class CaseClosed(RuleBroken):
    """The case takes nothing more in."""

    code = "case-closed"


class NotUnique(RuleBroken):
    """A name or number that must be unique is taken."""

    code = "not-unique"


class CheckedOut(RuleBroken):
    """Somebody has the document in hand to write on it."""

    code = "checked-out"
    next_step = "Bitte warten Sie, bis es zurückgegeben ist, oder beenden Sie die Ausleihe."


class Signed(RuleBroken):
    """What is asked would give a version without the signature that the document came with."""

    code = "signed"
    next_step = "Bitte bestätigen Sie, dass Sie das wissen, oder lassen Sie es, wie es ist."


class RolesExclude(RuleBroken):
    """Two roles that nobody may hold at the same time (separation of duties)."""

    code = "roles-exclude"
    next_step = "Bitte verteilen Sie die Aufgaben auf zwei Konten verschiedener Personen."


class SamePerson(RuleBroken):
    """What needs two persons was tried by one."""

    code = "same-person"
    next_step = "Bitte lassen Sie eine zweite Person entscheiden."


class ClockDoubtful(RuleBroken):
    """The clock went backwards or jumped, and nobody has said yet that it is right."""

    code = "clock-doubtful"
    next_step = "Bitte prüfen Sie Datum und Uhrzeit und bestätigen Sie sie unter „Aussonderung“."


class LogDamaged(RuleBroken):
    """The log is not what it was; nothing is proved by it any more."""

    code = "log-damaged"
    next_step = (
        "Bitte verständigen Sie die Administration; „eakte audit verify“ nennt jeden Fehler."
    )


class PersonKnown(RuleBroken):
    """The person has a dossier below this entry already, where there should be one a person."""

    code = "person-known"
    next_step = "Bitte legen Sie in der vorhandenen Akte ab oder bestätigen Sie die zweite Akte."


class KeyUsed(RuleBroken):
    """The sender used this delivery key before, for other bytes."""

    code = "key-used"
    next_step = "Bitte verwenden Sie für eine neue Lieferung einen neuen Schlüssel."


class ChangedMeanwhile(EakteError):
    """Somebody else saved first; what was typed is not lost, but must be looked at again."""

    code = "changed-meanwhile"
    next_step = "Bitte laden Sie die Seite neu und prüfen Sie die Änderung der anderen Person."


class PartUnavailable(EakteError):
    """Store, index, database or sandbox is out of reach; nothing was half done."""

    code = "part-unavailable"
    next_step = "Bitte versuchen Sie es in einigen Minuten erneut; es ist nichts verloren gegangen."


class TooMuchAtOnce(PartUnavailable):
    """The same was tried too often in a short time."""

    code = "too-much-at-once"
    next_step = "Bitte warten Sie einen Augenblick und versuchen Sie es dann erneut."


class OverQuota(TooMuchAtOnce):
    """A scanning station has delivered as much as it may on one day."""

    code = "over-quota"
    next_step = (
        "Bitte liefern Sie morgen weiter oder lassen Sie die Menge von der Administration erhöhen."
    )
    # Not before midnight, or as soon as somebody has raised the quota.
    retry_seconds = 900


class Disturbed(PartUnavailable):
    """A shut-in child says that the machine failed it; of its document that says nothing."""

    code = "disturbed"

    def __init__(self) -> None:
        super().__init__(
            "Ein Datenträger des Servers hat die Verarbeitung gestört; am Original liegt es nicht."
        )


class NotLogged(PartUnavailable):
    """The log cannot be written, so what would have to stand in it does not happen."""

    code = "not-logged"


@contextmanager
def machine_faults_named() -> Iterator[None]:
    """Turn what the operating system says about the machine into PartUnavailable."""
    try:
        yield
    except OSError as error:
        if error.errno not in MACHINE_FAULTS:
            raise
        raise machine_fault(error) from error


def machine_fault(error: OSError) -> PartUnavailable:
    """Return what there is to say when the operating system complains about the machine."""
    if error.errno in DISK_FAULTS:
        return PartUnavailable(
            "Ein Datenträger des Servers arbeitet nicht richtig; es wurde nichts bestätigt."
        )
    return no_room()


def no_room() -> PartUnavailable:
    """Return what there is to say when the disk is full or the machine worn out."""
    return PartUnavailable("Auf dem Server ist kein Platz mehr.")
