"""What does an error of the local disk mean for a store?"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from storage.errors import StoreFull, StoreUnreachable

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def disk_errors_named() -> Iterator[None]:
    """Turn an OSError into StoreFull or StoreUnreachable; other exceptions pass."""
    try:
        yield
    except OSError as fault:
        kind = StoreFull if fault.errno in _NO_ROOM else StoreUnreachable
        raise kind(fault.strerror or type(fault).__name__) from fault
