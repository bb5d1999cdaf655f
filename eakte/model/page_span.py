"""How are pages told in few words: 1, 2, 3, 7 is 1–3, 7."""

from __future__ import annotations

from collections.abc import Iterable


def spans_of(pages: Iterable[int]) -> str:
    """Return pages in the order given, those that follow one another as a span; "" for none."""
    spans: list[list[int]] = []
    for page in pages:
        if spans and page == spans[-1][1] + 1:
            spans[-1][1] = page
        else:
            spans.append([page, page])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in spans)
