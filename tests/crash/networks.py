"""How does a house look whose servers lie behind networks that can be broken?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from tests.crash.houses import House
from tests.proxy import Proxy


@dataclass(frozen=True)
class Away:
    """A house on servers, reached over two networks that can be broken."""

    house: House
    store: Proxy
    rows: Proxy

    @property
    def behind(self) -> House:
        """The same house, reached over the networks that can be broken."""
        there = self.house.environment
        return replace(
            self.house,
            environment=there
            | {
                "EAKTE_STORE_URL": over(there["EAKTE_STORE_URL"], self.store),
                "EAKTE_DATABASE_URL": over(there["EAKTE_DATABASE_URL"], self.rows),
            },
        )


def over(url: str, proxy: Proxy) -> str:
    parts = urlsplit(url)
    user, at, _ = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user}{at}{proxy.address}").geturl()


def server_of(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]
