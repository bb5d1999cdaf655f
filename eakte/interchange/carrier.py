"""How is a package written for a disk that is sent by post, when no message may be that large?

Law: § 3 ERVV. One image that every system reads: UDF, under which Windows keeps the long names of a
message, and ISO 9660 with Rock Ridge beside it; the contents lie in it once.
"""

from __future__ import annotations

from pathlib import Path

import pycdlib
from pycdlib.pycdlibexception import PyCdlibException

from eakte.errors import RuleBroken

UDF = "2.60"
# Of ISO 9660, which names nothing longer; the true names stand beside them.
LONGEST_LABEL = 32


def write_image(folder: Path, target: Path, *, label: str) -> None:
    """Write everything in a folder, and in the folders in it, into one image.

    The contents are not held in memory. Nothing is forced to disk.

    Raises:
        RuleBroken: something in it cannot stand in such an image.
        OSError: the disk is full or broken.
    """
    image = pycdlib.PyCdlib()
    named = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in label.upper())
    try:
        image.new(interchange_level=3, vol_ident=named[:LONGEST_LABEL], rock_ridge="1.09", udf=UDF)
        _add(image, folder, plain="", real="")
        image.write(str(target))
    except PyCdlibException as error:
        raise RuleBroken(
            "Das Abbild für einen Datenträger lässt sich nicht schreiben: %(fault)s.",
            fault=str(error),
        ) from error
    finally:
        image.close()


def _add(image: pycdlib.PyCdlib, folder: Path, *, plain: str, real: str) -> None:
    """Add what lies in a folder: ISO 9660 gets numbers for names, the others the true ones."""
    for number, path in enumerate(sorted(folder.iterdir()), start=1):
        there = f"{real}/{path.name}"
        if path.is_dir():
            inside = f"{plain}/D{number:05}"
            image.add_directory(inside, rr_name=path.name, udf_path=there)
            _add(image, path, plain=inside, real=there)
        else:
            image.add_file(str(path), f"{plain}/F{number:05}.;1", rr_name=path.name, udf_path=there)
