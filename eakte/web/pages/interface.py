"""Where does a person read, and try, how programs talk to the office?"""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

pages = Blueprint("interface", __name__, url_prefix="/api/v1")


@pages.get("/docs")
def show() -> ResponseReturnValue:
    """Show the description of the interface; what is tried there happens, with one's own rights."""
    return render_template("interface.html")
