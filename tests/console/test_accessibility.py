"""Every page is fit for whoever sees little, hears the page, or holds a phone: axe-core finds nothing."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.console.browsing import DESK, PHONE, opened, served, signed_in
from tests.console.tour import pages

pytestmark = pytest.mark.browser

WAYS = (("light", DESK), ("dark", DESK), ("light", PHONE), ("dark", PHONE))


def complaints(page, address):
    """Return what axe-core finds on a page in every way to look at it, one line each."""
    page.goto(address)
    found = []
    for scheme, size in WAYS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        for each in Axe().run(page).response["violations"]:
            places = "; ".join(" ".join(map(str, node["target"])) for node in each["nodes"][:3])
            found.append(f"{address} {scheme} {size['width']}: {each['impact']}: {each['id']} at {places}")
    return found


def test_every_page(day, browser):
    """In light and dark, at a desk and on a phone, no page breaks a rule, the slightest neither."""
    with served(day) as address:
        page = signed_in(browser, address, bypass_csp=True)
        base = address.removesuffix("/console")
        found = [each for path in pages(day.client()) for each in complaints(page, base + path)]
        stranger = opened(browser, bypass_csp=True)
        found += [each for path in pages(day.client(None)) for each in complaints(stranger, base + path)]
        assert not found, "\n".join(found)


def test_after_a_wrong_password(day, browser):
    """The sign-in page is as good when it complains."""
    with served(day) as address:
        page = opened(browser, bypass_csp=True)
        page.goto(f"{address}/sign-in")
        page.get_by_label("Password").fill("wrong")
        page.keyboard.press("Enter")
        page.get_by_role("alert").wait_for()
        assert complaints(page, page.url) == []
