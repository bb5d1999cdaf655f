"""By which dice is everything invented, so that the same seed invents the same again?"""

from __future__ import annotations

import random

Dice = random.Random


def dice_for(seed: str) -> Dice:
    """Dice that always fall the same way for one seed."""
    return random.Random(seed)  # noqa: S311  # invented letters and pictures, no secrets
