"""How does a form say why it was refused: every reason, in the language of the reader?"""

from __future__ import annotations

from dataclasses import dataclass

from eakte.errors import BadInput, EakteError, RuleBroken
from eakte.web.errors import in_words, said


@dataclass(frozen=True)
class Refusal:
    """Why nothing was done; ``form`` names which of several forms on a page was meant."""

    form: str
    message: str
    reasons: tuple[str, ...]


def refusal_of(error: EakteError, form: str = "") -> Refusal:
    """Return what to say above a form that came back."""
    reasons: tuple[str, ...] = ()
    if isinstance(error, RuleBroken):
        reasons = tuple(in_words(reason) for reason in error.reasons if reason != error.message)
    return Refusal(form, said(error), reasons)


REFUSED = (BadInput, RuleBroken)
