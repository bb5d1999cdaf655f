"""A program that fills a folder's disk, then makes room, and prints what it saw.

full_disk.py ROOT     ROOT is on a disk of a few MiB
"""

import json
import sys
from io import BytesIO
from pathlib import Path

from storage import Digest, DirectoryStore, StoreFull


def main(root: Path) -> None:
    """Print one JSON object: what was kept, what was refused, and what was left behind."""
    store = DirectoryStore(root, reserve=0)
    kept: list[Digest] = []
    refused = False
    for number in range(40):
        try:
            kept.append(store.put(BytesIO(bytes([number]) * 300_000)).digest)
        except StoreFull:
            refused = True
            break
    with_a_hole = [*(root / ".incoming").iterdir()]
    listed = sorted(found.digest for found in store.listing())
    whole = all(Digest.of(store.open(digest).read()) == digest for digest in kept)
    store.delete(kept[0])
    again = store.put(BytesIO(b"z" * 300_000))
    print(
        json.dumps(
            {
                "kept": len(kept),
                "refused": refused,
                "residue": len(with_a_hole),
                "listing agrees": listed == sorted(kept),
                "whole": whole,
                "recovered": store.exists(again.digest),
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
