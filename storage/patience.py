"""How often is a call repeated before its store counts as out of reach?"""

import random
import time
from collections.abc import Callable
from itertools import count
from typing import TypeVar

from storage.errors import StoreFull, StoreRefuses, StoreUnreachable

TRIES = 3
_PAUSE = (
    0.1  # seconds, doubled each time, half of it by chance so that many do not come back at once
)

T = TypeVar("T")


def insist(act: Callable[[], T], *, lost_at_most: float) -> T:
    """Do what may safely be done twice; repeat it when the store was out of reach.

    Gives up after three tries, or when so many seconds have been lost that another try would keep
    a person waiting. A store that refuses or is full is not asked again.
    """
    began = time.monotonic()
    for tried in count(1):
        try:
            return act()
        except (StoreFull, StoreRefuses):
            raise
        except StoreUnreachable:
            if tried == TRIES or time.monotonic() - began >= lost_at_most:
                raise
        time.sleep(_PAUSE * 2 ** (tried - 1) * (0.5 + random.random() / 2))  # noqa: S311  no secret
    raise AssertionError("count() never ends")
