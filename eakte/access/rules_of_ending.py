"""Who may end what is kept, and who only sees that it ended? The table goes on from `rules`.

That proposer and approver are two persons is asked by `eakte.retention.proposing`: it is about a
destruction, and rules are about dossiers.
"""

from __future__ import annotations

from eakte.access.actions import Action
from eakte.access.rules import (
    CONFIRMED,
    GIVEN,
    LEAD,
    OF_THE_UNIT,
    RECORDS,
    RULES_ON_ACCESS,
    THE_SYSTEM,
    WHOLE,
    AnyOf,
)

ENDING: dict[Action, AnyOf] = {
    Action.CONFIRM_CLOCK: ((RECORDS, CONFIRMED),),
    Action.PROPOSE_ERASURE: ((RECORDS, OF_THE_UNIT), (RECORDS, GIVEN)),
    Action.APPROVE_ERASURE: (
        (LEAD, WHOLE, CONFIRMED),
        (RECORDS, OF_THE_UNIT, CONFIRMED),
        (RECORDS, GIVEN, CONFIRMED),
    ),
    # What stands against a dossier by the time it would go spares it by itself.
    Action.SPARE_DOSSIER: (*RULES_ON_ACCESS, (THE_SYSTEM,)),
    Action.SEE_PROOFS: ((LEAD,), (RECORDS,)),
}
