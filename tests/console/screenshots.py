"""Pictures of every page for the documentation: ``python -m tests.console.screenshots [FOLDER]``.

One of each page in the light, as wide as a small laptop; one in the dark, one on a phone. Drawn from the same scene
while time stands still, so that a picture changes only where the page did.
"""

import io
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import time_machine
from PIL import Image
from playwright.sync_api import Page

from tests.browser import chromium
from tests.console.browsing import opened, served, signed_in
from tests.console.scene import BREACHED, CONNECTIONS, PARKED, play
from tests.console.seed import NOW, World
from tests.console.tour import pages
from tests.page_checks import PHONE
from tests.support import ROOT

FOLDER = ROOT / "docs" / "images"
WIDTH, HEIGHT, TALLEST = 1240, 760, 1500
EXAMPLES = {"connection": "zendesk", "ticket_id": BREACHED, "number": "29"}
COLOURS = 256


def main(folder: Path) -> None:
    """Draw everything anew."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, chromium() as browser, time_machine.travel(NOW, tick=False):
        world = World(f"sqlite:///{Path(name) / 'sidecar.sqlite3'}", connections=CONNECTIONS)
        play(world)
        with served(world) as address:
            base = address.removesuffix("/console")
            size = {"width": WIDTH, "height": HEIGHT}
            page = signed_in(browser, address, viewport=size)
            for picture, path in _of_each(world).items():
                _draw(page, base + path, folder / f"console-{picture}.png")
            stranger = opened(browser, viewport=size)
            _draw(stranger, f"{address}/sign-in", folder / "console-sign-in.png")
            dark = signed_in(browser, address, viewport=size, color_scheme="dark")
            _draw(dark, f"{address}/tickets/zendesk/{PARKED}", folder / "console-ticket-dark.png")
            phone = signed_in(browser, address, viewport=PHONE, device_scale_factor=2)
            _draw(phone, f"{address}/today", folder / "console-today-phone.png")
        world.close()


def _of_each(world: World) -> Mapping[str, str]:
    """Return one address for each page, by the picture's name."""
    match, client = world.app.url_map.bind("console.example").match, world.client()
    shown = [path for path in pages(client, more=(), **EXAMPLES) if client.get(path).status_code == 200]
    return {match(path)[0].removeprefix("console."): path for path in shown}


def _draw(page: Page, address: str, file: Path) -> None:
    page.goto(address)
    page.evaluate("document.fonts.ready")
    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    width = page.viewport_size["width"]
    taken = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height})
    file.write_bytes(smaller(taken))
    print(f"{file.name}: {file.stat().st_size // 1024} KiB")  # noqa: T201 - the command's answer


def smaller(png: bytes) -> bytes:
    """Return a picture with at most ``COLOURS`` colours, which no eye tells from the original."""
    made = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        few = picture.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.save(made, "PNG", optimize=True)
    return made.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
