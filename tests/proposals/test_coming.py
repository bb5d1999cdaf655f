"""Is a proposal that is made while its page asks for it ever lost?"""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from eakte import jobs
from eakte.app import create_app
from eakte.filing.proposing.making import KIND
from tests.builders import A_PDF, bring, let_read
from tests.eakte.web.browser import signed_in
from tests.proposals.conftest import Desk


@pytest.mark.parametrize("table", ["recognised", "job"])
def test_a_proposal_made_between_two_questions_of_its_page_is_shown_or_asked_for_again(
    desk: Desk, table: str
) -> None:
    dossier = desk.dossier()
    receipt = bring(desk.office, desk.staff.clerk, desk.folder / "in", content=b"%PDF letter")
    letter = receipt.document_id
    with desk.office.as_system() as work:
        jobs.enqueue(work, KIND, letter)
    clerk = signed_in(create_app(desk.office, look=lambda path, name: A_PDF), "clerk")
    address = f"/dokument/{letter}/vorschlaege"
    assert "hx-get" in clerk.get(address).text

    made = _make_after_question(desk, table, letter, f"Unser Zeichen: {dossier.reference}")
    answer = clerk.get(address).text
    assert made == [letter]
    assert "hx-get" in answer or dossier.reference in answer
    assert dossier.reference in clerk.get(address).text


def _make_after_question(desk: Desk, table: str, letter: UUID, page: str) -> list[UUID]:
    """Let the proposals be made once the next question about this table was answered."""
    made: list[UUID] = []

    def finish(*asked: Any) -> None:
        if not made and re.search(rf"\bFROM {table}\b", asked[2]):
            made.append(letter)
            with desk.office.as_system() as work:
                let_read(work, letter, page)
                jobs.forget(work, KIND, letter)

    event.listen(desk.office.database.engine, "after_cursor_execute", finish)
    return made
