"""How does the child itself give up what it does not need, where no bubblewrap can take it away?

Landlock (Linux 5.13 and later) lets an unprivileged process shut itself off: from then on it and
all it starts read only the named folders and write only its own. Kernels from 6.7 on also take
away TCP. See landlock(7) and the kernel's include/uapi/linux/landlock.h.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ASK_VERSION = 1
PATH_BENEATH = 1
NO_NEW_PRIVILEGES = 38
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
RIGHTS_BY_VERSION = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}
LATEST_RIGHTS = (1 << 15) - 1
TCP_FROM, TCP = 4, 3
READ = EXECUTE | READ_FILE | READ_DIR
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | 1 << 14


def shut_off(*, readable: Iterable[Path], writable: Iterable[Path]) -> bool:
    """From here on read and write nothing else; False where the kernel cannot do this."""
    if sys.platform != "linux":
        return False
    kernel = ctypes.CDLL(None, use_errno=True)
    version = kernel.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ASK_VERSION)
    if version < 1:
        return False
    rights = RIGHTS_BY_VERSION.get(version, LATEST_RIGHTS)
    asked = struct.pack("QQ", rights, TCP) if version >= TCP_FROM else struct.pack("Q", rights)
    rules = kernel.syscall(CREATE_RULESET, asked, ctypes.c_size_t(len(asked)), 0)
    if rules < 0:
        return False
    try:
        for path in readable:
            _allow(kernel, rules, path, READ & rights)
        for path in writable:
            _allow(kernel, rules, path, rights & ~EXECUTE)
        if kernel.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
            return False
        return bool(kernel.syscall(RESTRICT_SELF, rules, 0) == 0)
    finally:
        os.close(rules)


def _allow(kernel: ctypes.CDLL, rules: int, path: Path, rights: int) -> None:
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            granted = rights if path.is_dir() else rights & FILE_RIGHTS
            rule = struct.pack("=Qi", granted, handle)
            kernel.syscall(ADD_RULE, rules, PATH_BENEATH, rule, 0)
        finally:
            os.close(handle)
