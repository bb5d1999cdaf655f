"""A worker that is killed at one moment of writing a package: run as a program of its own."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from eakte.bootstrap import open_office
from eakte.casework.sending.asking import WRITE_SENDING
from eakte.casework.sending.writing import Begin, WrittenSending, write_sending
from eakte.config import load_settings
from eakte.errands import ERRANDS
from eakte.worker import Worker
from tests.builders import SECRET


def main(folder: Path, schemas: Path, at: int) -> None:
    """Begin the one job that waits, and die when so much of it is done; 0 is at its very end."""
    office = open_office(load_settings(data=folder, secret_key=SECRET, schemas=schemas))

    def struck(
        begin: Begin, subject: UUID, *, show: Callable[[str, int, int], None]
    ) -> WrittenSending:
        def shown(step: str, done: int, total: int) -> None:
            show(step, done, total)
            if done == at:
                os.kill(os.getpid(), signal.SIGKILL)

        made = write_sending(begin, subject, show=shown if at else show)
        os.kill(os.getpid(), signal.SIGKILL)
        return made

    errand = replace(ERRANDS[WRITE_SENDING], make=struck)
    Worker(office, errands={WRITE_SENDING: errand})._errand_turn()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
