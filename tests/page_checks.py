"""What no page of ours may have: barriers for some of its readers, and anything that an outsider put in."""

from collections.abc import Sequence
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
Ways = Sequence[tuple[str, dict[str, int]]]
DAYLIGHT = ("light", DESK)
WAYS = (DAYLIGHT, ("dark", DESK), ("light", PHONE))
_INTRUDERS = """() => {
    const nodes = [...document.querySelectorAll("*")];
    const leads = ["href", "src", "action", "formaction"].flatMap((name) =>
        [...document.querySelectorAll(`body [${name}]`)].map((node) => node.getAttribute(name)));
    return {
        elements: [...document.querySelectorAll(
            "x-injected, [x-injected], img, iframe, object, embed, base, style, script:not([src])")]
            .map((node) => node.outerHTML),
        handlers: nodes.flatMap((node) => node.getAttributeNames()).filter((name) => /^on|^style$/.test(name)),
        astray: leads.filter((value) => !/^https?:$/.test(new URL(value, location.href).protocol)),
        wider: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    };
}"""
_TEXT = """() => [document.title, document.body.textContent, ...[...document.querySelectorAll("*")]
    .flatMap((node) => node.getAttributeNames().map((name) => node.getAttribute(name)))].join("\\n")"""
NONE = {"elements": [], "handlers": [], "astray": [], "wider": 0}


def barriers(page: Page, ways: Ways = WAYS) -> list[str]:
    """Return what axe-core finds on a page in light and dark, at a desk and on a phone; one line each.

    The page's own policy forbids scripts from elsewhere: open it with ``bypass_csp``.
    """
    found = []
    for scheme, size in ways:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        for each in Axe().run(page).response["violations"]:
            places = "; ".join(" ".join(map(str, node["target"])) for node in each["nodes"][:3])
            found.append(f"{page.url}, {scheme}, {size['width']} wide: {each['impact']}: {each['id']} at {places}")
    return found


def intruders(page: Page) -> dict[str, Any]:
    """Return what an outsider's text has become on a page; ``NONE`` if it stayed text and the page its width.

    Elements that the page has not by itself, handlers, links that do not lead to the web, and by how many pixels the
    page is wider than the window.
    """
    return page.evaluate(_INTRUDERS)


def text_of(page: Page) -> str:
    """Return all that a page says: title, text and the values of attributes."""
    return page.evaluate(_TEXT)
