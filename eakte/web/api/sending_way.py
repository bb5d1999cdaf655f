"""How does a program let a package for a court go, and have it laid into the outbox?"""

from __future__ import annotations

from uuid import UUID

from apiflask import APIBlueprint

from eakte.casework.handover.giving import ask_for_hand_over
from eakte.casework.sending.handing_over import release_sending
from eakte.retrieval.sendings import sending_by_id
from eakte.web.api.documents import LOCKED
from eakte.web.api.sendings import WholeSendingOut, whole_sending
from eakte.web.per_request import current_work

way = APIBlueprint("api_sending_way", __name__, url_prefix="/api/v1", tag="Übersendungen")


@way.post("/sendings/<uuid:sending_id>/release")
@way.output(WholeSendingOut)
@way.doc(summary="Ein Paket als zweite Person freigeben", security=LOCKED)
def release(sending_id: UUID) -> WholeSendingOut:
    """Let a package go; 403 for whoever put it together, and before the person has proved it."""
    work = current_work()
    row = sending_by_id(work, sending_id)
    release_sending(work, row.sending)
    return whole_sending(work, row)


@way.post("/sendings/<uuid:sending_id>/outbox")
@way.output(WholeSendingOut)
@way.doc(summary="Ein Paket in den Ausgang des Gerichtspostfachs legen lassen", security=LOCKED)
def give(sending_id: UUID) -> WholeSendingOut:
    """Have a package laid into the outbox; 403 before the person has proved again who they are."""
    work = current_work()
    row = sending_by_id(work, sending_id)
    ask_for_hand_over(work, row.sending)
    return whole_sending(work, row)
