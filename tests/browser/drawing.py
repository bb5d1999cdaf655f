"""What a scanning station would send."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont


def stack(path: Path, *words: str) -> Path:
    """Draw a scan with one page for each text."""
    typeface = ImageFont.load_default(size=56)
    pages = []
    for text in words:
        page = Image.new("L", (1240, 1754), 255)
        ImageDraw.Draw(page).multiline_text((140, 280), text, font=typeface, fill=0)
        pages.append(page)
    pages[0].save(path, save_all=True, append_images=pages[1:], dpi=(150, 150))
    return path
