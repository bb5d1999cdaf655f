"""What does the shut-in child do that checks signatures? A child of its own: it imports much.

Like every child it sees its folder alone and no network; certificates to trust were laid there.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from eakte.processing.child import Post, bound_cost, die_with_the_parent, read_job, shut_off_all
from eakte.processing.steps.identify import identify
from eakte.processing.steps.signatures import check_beside, check_pdf, read_roots
from eakte.processing.wire import Word

CONTENTS = "content-*"
ROOTS = "roots"


def main() -> int:
    """Wait for the job, do it, end."""
    die_with_the_parent()
    post = Post(os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)
    sys.excepthook = post.fault
    post.send(Word.READY)
    job = read_job()
    if job is None:
        return 0
    shut_off_all(job.limits.sandbox)
    bound_cost(job.limits)
    folder = Path.cwd()
    original = folder / "original"
    roots = read_roots(folder / ROOTS)
    if identify(original, name=job.name).media_type == "application/pdf":
        found = check_pdf(original, roots, password=job.password)
    else:
        found = check_beside(original, sorted(folder.glob(CONTENTS)), roots)
    for signature in found:
        post.send(Word.SIGNATURE, **signature.as_dict())
    post.send(Word.END, flags=[], pdf=False, previews=0, parts=0, tools="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
