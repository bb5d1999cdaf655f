"""How does a page look fresh from the sender's desk: black print, coloured crest, pen and stamp?"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw

from eakte.demo.chance import Dice, dice_for
from eakte.demo.fonts import font
from eakte.demo.typesetting import HEIGHT, WIDTH, Run, Sheet

PRINT = (22, 22, 26)
PEN = (28, 46, 140)
STAMP = (70, 50, 150)
CREST_GREEN = (24, 110, 62)
CREST_GOLD = (206, 160, 40)

Drawing = ImageDraw.ImageDraw


def draw(sheet: Sheet, *, seed: str) -> Image.Image:
    """Draw one page at 300 dpi: RGB where something on it has a colour, else grey (mode L)."""
    stamped = [run for run in sheet.runs if run.stamped]
    coloured = bool(sheet.signatures or sheet.crest or stamped)
    image = Image.new("RGB" if coloured else "L", (WIDTH, HEIGHT), "white")
    pencil = ImageDraw.Draw(image)
    black = PRINT if coloured else PRINT[0]
    for rule in sheet.rules:
        pencil.line((rule.x, rule.y, rule.end, rule.y), fill=black, width=rule.thick)
    for run in sheet.runs:
        if not run.stamped:
            typeface = font(run.face, run.points, bold=run.bold)
            pencil.text((run.x, run.y), run.words, font=typeface, fill=black, anchor="ls")
    if sheet.crest:
        _draw_crest(pencil, *sheet.crest)
    if stamped:
        _press_stamp(image, stamped, dice_for(seed))
    for x, y, name in sheet.signatures:
        _sign(pencil, x, y, name)
    return image


def _press_stamp(image: Image.Image, stamped: Sequence[Run], dice: Dice) -> None:
    """The rubber stamp: its words in a double frame, never quite straight."""
    widths = [font(run.face, run.points, bold=run.bold).getlength(run.words) for run in stamped]
    margin = 44
    left, top = min(run.x for run in stamped) - margin, stamped[0].y - 62 - margin
    size = (round(max(widths)) + 2 * margin, stamped[-1].y + 28 + margin - top)
    rubber = Image.new("L", size, 0)
    pencil = ImageDraw.Draw(rubber)
    for inset, width in ((6, 5), (18, 2)):
        box = (inset, inset, size[0] - inset, size[1] - inset)
        pencil.rectangle(box, outline=225, width=width)
    for run in stamped:
        typeface = font(run.face, run.points, bold=run.bold)
        place = (run.x - left, run.y - top)
        pencil.text(place, run.words, font=typeface, fill=235, anchor="ls")
    tilted = rubber.rotate(dice.uniform(-2.2, 2.2), Image.Resampling.BICUBIC, expand=True)
    where = (left + dice.randint(-330, 120), top + dice.randint(-14, 6))
    image.paste(Image.new("RGB", tilted.size, STAMP), where, tilted)


def _draw_crest(pencil: Drawing, x: int, y: int) -> None:
    """An invented coat of arms: a golden tree over two waves on green."""
    shield = [(x, y), (x + 140, y), (x + 140, y + 95)]
    for step in range(1, 12):
        angle = math.pi * step / 12
        shield.append((x + 70 + round(70 * math.cos(angle)), y + 95 + round(75 * math.sin(angle))))
    shield.append((x, y + 95))
    pencil.polygon(shield, fill=CREST_GREEN, outline=PRINT, width=4)
    pencil.rectangle((x + 64, y + 62, x + 76, y + 104), fill=CREST_GOLD)
    pencil.ellipse((x + 38, y + 16, x + 102, y + 74), fill=CREST_GOLD)
    for row in (116, 136):
        wave = [
            (x + 24 + step * 2, y + row + round(5 * math.sin(step / 3)))
            for step in range(47 if row == 116 else 44)
        ]
        pencil.line(wave, fill="white", width=7)


def _sign(pencil: Drawing, x: int, y: int, name: str) -> None:
    """A signature in blue ink; the same name always signs the same way."""
    dice = dice_for(name)
    slant, pace = dice.uniform(0.1, 0.7), dice.uniform(26, 46)
    height, rounding = dice.uniform(64, 104), dice.uniform(4, 22)
    points: list[tuple[float, float]] = []
    along = 0.0
    for letter in range(dice.randint(5, 12)):
        tall = height * (1.0 if letter == 0 or dice.random() < 0.18 else dice.uniform(0.1, 0.42))
        deep = height * 0.5 if letter and dice.random() < 0.12 else 0.0
        wide = pace * dice.uniform(0.6, 1.5) * (1.5 if letter == 0 else 1.0)
        for step in range(16):
            angle = 2 * math.pi * step / 16
            up = tall * (1 - math.cos(angle)) / 2 - deep * max(0.0, math.sin(angle)) ** 3
            across = along + wide * step / 16 - rounding * math.sin(angle)
            points.append((x + across + up * slant, y + 108 - up))
        along += wide
    end_x, end_y = points[-1]
    rise, stretch = dice.uniform(-3, 6), dice.uniform(8, 22)
    points.extend(
        (end_x + step * stretch, end_y + 8 * math.sin(step / 2.5) - step * rise)
        for step in range(1, 9)
    )
    width = dice.choice((4, 5, 6, 7))
    pencil.line(points, fill=PEN, width=width, joint="curve")
    if dice.random() < 0.4:
        pencil.line([(x + 10, y + 132), (end_x, y + 118 - 2 * rise)], fill=PEN, width=width)
