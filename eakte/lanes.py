"""How does a lane of the worker take its turns, and who wakes it while it rests?"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from eakte.errors import PartUnavailable
from storage import StorageError

log = logging.getLogger("eakte.worker")

PAUSE = 0.5
# Somebody waits for what just came in.
SHORT_PAUSE = 0.1
PAUSE_AFTER_FAULT = 3.0


def take_turns(
    turn: Callable[[], bool],
    *,
    stopping: threading.Event,
    pause: float = PAUSE,
    bell: threading.Event | None = None,
) -> None:
    """Take turns until the end, with a pause after one that found nothing to do or failed.

    ``bell`` ends the pause of an idle lane: there is something to do that this worker knows of.
    """
    while not stopping.is_set():
        try:
            busy = turn()
        except (PartUnavailable, StorageError) as error:
            log.warning("a part is out of reach: %s", error)
            stopping.wait(PAUSE_AFTER_FAULT)
        except Exception:
            # The edge: whatever it was, the lane lives on and the job's lease runs out.
            log.exception("a lane stumbled")
            stopping.wait(PAUSE_AFTER_FAULT)
        else:
            if busy:
                continue
            (bell or stopping).wait(pause)
            if bell is not None:
                bell.clear()
