"""The office of the desk's tests, which is built once; scans are checked there without a desk."""

from __future__ import annotations

import pytest

from eakte.bootstrap import Office
from tests.builders import Staff
from tests.eakte.web.conftest import clock, hired, office, staff, store

__all__ = ["clock", "hired", "office", "staff", "store"]


@pytest.fixture
def home(office: Office, staff: Staff) -> tuple[Office, Staff]:  # noqa: F811  # the fixtures
    return office, staff
