"""What has to happen with the log every day: a head, outside, and a walk from end to end?"""

from __future__ import annotations

import logging

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import PartUnavailable
from eakte.evidence.erasure.proving import export_proofs
from eakte.evidence.heads import Begin, check_log, export_heads, record_check, write_daily_head
from eakte.evidence.outside import open_outside
from eakte.evidence.signing import Head, Signer

log = logging.getLogger("eakte.evidence")


def keep_heads(begin: Begin, begin_reading: Begin) -> Head | None:
    """Sign today's head unless that is done, bring outside what waits, and walk the log once a day.

    Calling it again is harmless: what is done is not done twice, what failed is tried again.

    Raises:
        PartUnavailable: the place outside is away; the head is signed and waits.
        LogDamaged: the log contradicts the last head.
    """
    with begin() as work:
        require(work, Action.MAINTAIN)
        settings = work.settings
    signer = Signer(settings.audit_key)
    with begin() as work:
        head = write_daily_head(work, signer)
    outside = open_outside(settings, signer)
    try:
        export_heads(begin, outside)
        export_proofs(begin, outside)
        witnesses = list(outside.heads()) if head else []
    except PartUnavailable:
        if head is not None:
            _check(begin, begin_reading, signer, [])
        raise
    if head is not None:
        _check(begin, begin_reading, signer, witnesses)
    return head


def _check(begin: Begin, begin_reading: Begin, signer: Signer, witnesses: list[Head]) -> None:
    state = check_log(begin_reading, trusted={signer.public}, heads=witnesses)
    for fault in state.faults:
        log.error("the log is damaged: %s", fault)
    with begin() as work:
        record_check(work, state)
