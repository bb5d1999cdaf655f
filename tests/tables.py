"""How does the crash sweep look as a table? Parts and calls down, kinds of faults across."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

DAMAGES = ("verloren", "doppelt", "verändert", "ohne Satz")
NAMED = 26


def sweep_table(seen: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the lines; how often each fault came about, and the damages of each part.

    A point stands where a fault cannot befall a call or was not tried in this run.
    """
    damages, strikes = Counter[str](), 0
    blows: tuple[str, ...] = ()
    for part in sorted(seen, key=lambda part: (part["blows"], part["part"])):
        if tuple(part["blows"]) != blows:
            blows = tuple(part["blows"])
            yield f"{'eingetreten':{NAMED}}" + "".join(f"{blow:>20}" for blow in blows)
        fired = {(call, blow): count for call, blow, count in part["fired"]}
        yield part["part"]
        for call in dict.fromkeys(call for call, _ in fired):
            yield _line(f"  {call}", [fired.get((call, blow), 0) for blow in blows])
        sums = [sum(n for (_, one), n in fired.items() if one == blow) for blow in blows]
        counted = Counter(kind for kind, _ in part["wrong"])
        said = ", ".join(f"{counted[kind]} {kind}" for kind in DAMAGES)
        missed = f", {len(part['missed'])} nicht eingetreten" if part["missed"] else ""
        yield _line("  zusammen", sums) + f"   {said}{missed}"
        if part["sometimes"]:
            rare = ", ".join(f"{count} {call}" for call, count in part["sometimes"])
            yield f"  nicht in jedem Lauf gemacht, deshalb nicht gezielt zu treffen: {rare}"
        damages += counted
        strikes += sum(sums)
    said = ", ".join(f"{damages[kind]} {kind}" for kind in DAMAGES)
    yield f"{strikes} Störungen, jede nachweislich eingetreten: {said}"


def _line(name: str, counts: Sequence[int]) -> str:
    return f"{name:{NAMED}}" + "".join(f"{count or '·':>20}" for count in counts)
