"""In which surroundings does a use case act?"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from eakte.clock import Clock
from eakte.config import Settings
from eakte.model.user import Actor
from search import Index
from storage import Store


@dataclass(frozen=True)
class UnitOfWork:
    """Who acts, in which transaction, with which store, index and clock.

    It has no methods on purpose: what is done stands in the use cases, what it is done with here.
    ``in_stead_of`` collects for whom the actor stood in, so that the log can say "i. V.".
    """

    actor: Actor
    session: Session
    store: Store
    index: Index
    clock: Clock
    settings: Settings
    in_stead_of: dict[UUID, str] = field(default_factory=dict)
