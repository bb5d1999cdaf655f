"""Does an error in a child say that the machine failed, and not the document?

Too many open files or too little memory say nothing here: to these a child is bound, and a document
can bring it there. A broken disk or a full one is nothing that a document does.
"""

from __future__ import annotations

import errno

FAULTS = frozenset({errno.EIO, errno.ENOSPC, errno.EDQUOT})
# What a child ends with then, in case it cannot say a word any more (EX_IOERR of sysexits.h).
EXIT_CODE = 74


def is_to_blame(error: BaseException | None) -> bool:
    """Say whether this error, or one that it came from, is the machine's."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, OSError) and error.errno in FAULTS:
            return True
        error = error.__cause__ or error.__context__
    return False


def must_not_be_to_blame(error: BaseException) -> None:
    """Let an error of the machine go on, where others of its kind tell something of a document."""
    if is_to_blame(error):
        raise error
