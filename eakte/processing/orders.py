"""What is a shut-in child told to do, and what is it given for that?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path

from eakte.model.findings import Redaction, Rules, Wanted

ShowProgress = Callable[[str, int, int], None]
# The programs that a child runs; checking signatures imports much.
USUAL, VERIFIER = "child", "verifier"


@dataclass(frozen=True)
class Order:
    """One job: what is to be done with which documents, and what a child is given beside them."""

    task: str
    paths: Sequence[Path]
    _: KW_ONLY
    name: str
    into: Path | None = None
    rules: Rules | None = None
    wanted: Wanted | Redaction | None = None
    sheets: Sequence[int] = ()
    password: str = field(default="", repr=False)
    seconds: float | None = None
    program: str = USUAL
    beside: Mapping[str, Path] | None = None
    progress: ShowProgress = lambda step, done, of: None


def lent_to_verifier(contents: Sequence[Path], roots: Path | None) -> dict[str, Path]:
    """Return what lies beside a signature that is checked: by which name, from where."""
    lent = {f"content-{number:03d}": content for number, content in enumerate(contents, 1)}
    if roots is not None and roots.is_dir():
        trusted = sorted(one for one in roots.iterdir() if one.is_file())
        lent |= {f"roots/{number:04d}": one for number, one in enumerate(trusted, 1)}
    return lent
