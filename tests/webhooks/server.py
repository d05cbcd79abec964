"""The real server on the desk as a process: ``python -m tests.webhooks.server URL DESK ADDRESS [WINDOW]``."""

import sys
from pathlib import Path

from core.errors import SidecarError
from tests.webhooks.conftest import make_settings
from tests.webhooks.desk import Desk, DeskAdapter, link
from webhooks import logs
from webhooks.server import serve


def main(url: str, desk: str, address: str, window: str = "0.2") -> None:
    logs.configure()
    settings = make_settings(url, listen=address, engine={"window_seconds": float(window), "threads": 4})
    try:
        serve(settings, lambda _name, _services: link(DeskAdapter("desk", Desk(Path(desk)))))
    except SidecarError as err:
        sys.exit(f"error: {err}")


if __name__ == "__main__":
    main(*sys.argv[1:])
