"""What does the interface tell of courts?"""

from __future__ import annotations

from pydantic import Field

from eakte.web.api.schemas import Model, Text


class CourtsIn(Model):
    """Which courts."""

    words: Text = Field(default="", max_length=200, description="Wörter aus dem Namen")


class CourtOut(Model):
    """Ein Gericht der amtlichen Liste."""

    code: str
    name: str


class CourtsOut(Model):
    """Gerichte der amtlichen Liste; leer, wenn das Haus keine hat."""

    courts: list[CourtOut]
