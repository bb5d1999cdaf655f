"""Which act is allowed by which rules? All tables together; an act in none of them is denied."""

from __future__ import annotations

from eakte.access import rules, rules_of_ending
from eakte.access.actions import Action
from eakte.access.rules import AnyOf

TABLE: dict[Action, AnyOf] = {**rules.TABLE, **rules_of_ending.ENDING}
