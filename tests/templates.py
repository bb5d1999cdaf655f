"""Templates translated into Python once for all applications of one test run."""

from __future__ import annotations

from jinja2.bccache import Bucket, BytecodeCache

from eakte.web.per_request import OfficeApp


class Kept(BytecodeCache):
    """What Jinja made of the templates, in memory; a changed template has another checksum."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


def translate_once() -> None:
    """Let every application that is made from now on share what Jinja made of the templates."""
    OfficeApp.jinja_options = {**OfficeApp.jinja_options, "bytecode_cache": Kept()}
