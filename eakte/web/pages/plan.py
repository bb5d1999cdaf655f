"""In which order does the office keep its dossiers?"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from eakte.filing.plan import plan
from eakte.model.file_plan import PlanEntry
from eakte.retrieval.listing import dossiers_by_entry
from eakte.web.per_request import current_work

pages = Blueprint("plan", __name__)


@dataclass
class Node:
    """An entry with what stands below it."""

    entry: PlanEntry
    dossiers: int
    children: list[Node] = field(default_factory=list)


@pages.get("/aktenplan")
def show() -> ResponseReturnValue:
    """Show the plan as a tree."""
    work = current_work()
    counted = dossiers_by_entry(work)
    nodes: dict[UUID, Node] = {}
    ordered = [Node(entry, counted.get(entry.id, 0)) for entry in plan(work)]
    for node in ordered:
        nodes[node.entry.id] = node
    roots: list[Node] = []
    for node in ordered:
        above = nodes.get(node.entry.parent_id) if node.entry.parent_id else None
        (above.children if above else roots).append(node)
    return render_template("plan.html", tree=roots)
