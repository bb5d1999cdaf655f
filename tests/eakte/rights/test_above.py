"""Does what stands above every page say what happened, and to nobody else?"""

from __future__ import annotations

from datetime import timedelta

from eakte.access.rights.above import OPEN_GLASS, standing_above
from eakte.access.rights.glass import break_glass, end_glass
from eakte.access.rights.locking import ask_to_lift, lock_dossier
from eakte.access.rights.notices import MOST, Told, note_seen, tell
from eakte.clock import SetClock
from eakte.model.right import Mark
from eakte.model.user import User
from tests.builders import now_
from tests.eakte.rights.conftest import REASON, Cast


def test_open_glass_stands_above_the_page_until_it_is_closed(cast: Cast) -> None:
    with cast.office.begin(now_(cast.office, cast.staff.other_clerk, confirmed=True)) as work:
        grant = break_glass(work, cast.dossier(work).reference, reason=REASON)
        assert grant is not None
        reference = cast.dossier(work).reference
    with cast.office.begin(now_(cast.office, cast.staff.other_clerk)) as work:
        (one,) = standing_above(work)
        assert (one.kind, one.words, one.dossier_id) == (OPEN_GLASS, reference, grant.dossier_id)
        assert one.at == grant.ends_at
        end_glass(work, one.id)
        assert standing_above(work) == []


def test_a_notice_names_whom_it_is_about_until_it_was_seen(cast: Cast) -> None:
    with cast.office.begin(now_(cast.office, cast.staff.other_clerk, confirmed=True)) as work:
        break_glass(work, cast.dossier(work).reference, reason=REASON)
    with cast.office.begin(cast.protection) as work:
        (one,) = standing_above(work)
        broken_by = work.session.get_one(User, cast.staff.other_clerk.id)
        assert (one.kind, one.words, one.dossier_id) == (Told.GLASS_BROKEN, broken_by.name, None)
        note_seen(work, one.id)
        assert standing_above(work) == []
    with cast.office.begin(now_(cast.office, cast.staff.clerk)) as work:
        assert standing_above(work) == []


def test_who_decides_on_a_lock_is_led_to_its_dossier(cast: Cast) -> None:
    with cast.office.begin(cast.lead) as work:
        lock_dossier(
            work,
            cast.dossier(work),
            mark=Mark.LOCK,
            reason=REASON,
            clerk=cast.person(work, cast.staff.clerk),
            keep=[cast.person(work, cast.lead)],
        )
    with cast.office.begin(now_(cast.office, cast.staff.clerk)) as work:
        ask_to_lift(work, cast.dossier(work), mark=Mark.LOCK, reason=REASON)
    with cast.office.begin(now_(cast.office, cast.lead)) as work:
        (one,) = standing_above(work)
        assert (one.kind, one.words, one.dossier_id) == (Told.LIFT_ASKED, "", cast.dossier_id)


def test_only_the_latest_notices_are_told_the_latest_first(cast: Cast) -> None:
    assert isinstance(cast.office.clock, SetClock)
    told = []
    for _ in range(MOST + 1):
        cast.office.clock.move(timedelta(minutes=1))
        with cast.office.begin(cast.protection) as work:
            person = work.session.get_one(User, cast.protection.id)
            tell(work, [person], Told.OWN_DUTY, cast.staff.clerk.id)
            told.append(work.clock.now())
    with cast.office.begin(cast.protection) as work:
        found = standing_above(work)
        clerk = work.session.get_one(User, cast.staff.clerk.id)
        assert [one.at for one in found] == told[:0:-1]
        assert {one.words for one in found} == {clerk.name}
