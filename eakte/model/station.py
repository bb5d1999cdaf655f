"""Which scanning stations are registered, from where may each deliver, and how much a day?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from ipaddress import ip_address, ip_network
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eakte.db import Base, Instant
from eakte.errors import BadInput
from eakte.model.columns import Json
from eakte.model.department import Department
from eakte.model.user import User

MOST_NETWORKS, LARGEST_QUOTA_MB = 50, 1_000_000


class Station(Base):
    """A device that delivers stacks; its account is of the kind STATION and has no password.

    ``networks`` are address ranges in CIDR; without any, nobody is let in under its key. The rest
    is what it shows of itself: when it was last let in, when and from where it was last turned
    away, and how many stacks wait on it, since when and why.
    """

    __tablename__ = "station"

    id: Mapped[UUID] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True
    )
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    networks: Mapped[list[str]] = mapped_column(Json, default=list)
    quota_mb: Mapped[int] = mapped_column()
    edits: Mapped[int] = mapped_column()
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
    turned_away_at: Mapped[datetime | None] = mapped_column(Instant)
    turned_away_from: Mapped[str] = mapped_column(String(60), default="")
    waiting: Mapped[int] = mapped_column(default=0)
    waiting_since: Mapped[datetime | None] = mapped_column(Instant)
    waiting_reason: Mapped[str] = mapped_column(String(300), default="")

    account: Mapped[User] = relationship()
    department: Mapped[Department] = relationship()

    __mapper_args__ = {"version_id_col": edits}

    @property
    def quota_bytes(self) -> int:
        """How much it may deliver on one day of the office, in bytes."""
        return self.quota_mb * 1_000_000

    def lets_in(self, address: str) -> bool:
        """Say whether a request from this address may come from the station."""
        return covered(address, self.networks)


def covered(address: str, networks: Sequence[str]) -> bool:
    """Say whether an address lies in one of the ranges; what is no address lies in none."""
    try:
        here = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    # A socket that takes both kinds shows an IPv4 sender inside IPv6.
    here = getattr(here, "ipv4_mapped", None) or here
    return any(here in ip_network(one) for one in networks)


def ranges_of(networks: Sequence[str]) -> list[str]:
    """Return address ranges in the one form in which they are kept.

    Raises:
        BadInput: there is none, there are too many, or one is no CIDR.
    """
    given = [one.strip() for one in networks if one.strip()]
    if not given or len(given) > MOST_NETWORKS:
        raise BadInput(
            "Nötig ist mindestens ein Adressbereich, höchstens sind es %(most)s.",
            most=MOST_NETWORKS,
            next_step="Für einen einzelnen Rechner etwa 10.1.2.3/32.",
        )
    ranges = []
    for one in given:
        try:
            ranges.append(str(ip_network(one)))
        except ValueError as error:
            raise BadInput(
                "„%(range)s“ ist kein Adressbereich.",
                range=one[:60],
                next_step="Bitte in der Form 10.1.2.0/24 angeben, mit der ersten Adresse.",
            ) from error
    return list(dict.fromkeys(ranges))


def quota_of(quota_mb: int) -> int:
    """Return how many megabytes a day are allowed.

    Raises:
        BadInput: it is nothing, or more than any station delivers.
    """
    if not 1 <= quota_mb <= LARGEST_QUOTA_MB:
        raise BadInput("Die Menge je Tag liegt zwischen 1 und %(most)s MB.", most=LARGEST_QUOTA_MB)
    return quota_mb
