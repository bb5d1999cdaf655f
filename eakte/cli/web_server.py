"""How is the desk served to many people at once? By gunicorn, with threads."""

from __future__ import annotations

import gc
from typing import Any

from gunicorn.app.base import BaseApplication

from eakte.app import create_app
from eakte.bootstrap import open_office
from eakte.config import Settings

# After so many new objects the young are looked through, after so many times that the older, then
# all of them.
GARBAGE = (20_000, 20, 100)


class WebServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn with our settings; every process opens the house for itself."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Tell gunicorn what the settings say."""
        chosen: dict[str, Any] = {
            "bind": f"{self._settings.host}:{self._settings.port}",
            "worker_class": "gthread",
            "workers": self._settings.web_processes,
            "threads": self._settings.web_threads,
            "timeout": 120,
            "graceful_timeout": 10,
            "loglevel": "warning",
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Return the application, opened in the process that will serve it."""
        app = create_app(open_office(self._settings))
        settle_garbage()
        return app


def settle_garbage() -> None:
    """Let no page wait a third of a second while everything that stays for ever is looked through.

    What was loaded is left out from now on; what pages leave behind in circles is little, and is
    looked for after some dozens of pages instead of within each.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)
