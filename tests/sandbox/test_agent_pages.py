"""The stand-ins' agent pages in a browser: for everybody, and hostile words are text on them too."""

import pytest

from tests.browser import chromium
from tests.e2e.sides import SIDES
from tests.page_checks import NONE, barriers, intruders, text_of

HOSTILE = (
    "wicked<script>alert(1)</script><x-injected>\"' x-injected=\" onclick='alert(2)'>"
    "<img src=x onerror=alert(3)>javascript:alert(4){{7*7}}" + "w" * 60
)


@pytest.fixture(params=sorted(SIDES))
def side(request):
    """A desk with one ticket, hostile in its subject and in its customer's name."""
    made = SIDES[request.param]()
    made.customer.name = HOSTILE
    made.reply(made.open(HOSTILE))
    yield made
    made.sandbox.stop()


@pytest.mark.browser
def test_every_page(side):
    """The list, the ticket and an error's page: no barrier, nothing runs, nothing is injected, all fits on a phone."""
    with chromium() as browser:
        page = browser.new_context(bypass_csp=True).new_page()
        faults: list[str] = []
        page.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: faults.append(str(error)))
        address = f"{side.sandbox.url}/agent/tickets"
        page.goto(address)
        page.get_by_text(HOSTILE).first.click()
        page.get_by_role("heading", name=HOSTILE).wait_for()
        for found in (address, page.url, f"{address}/999"):
            page.goto(found)
            assert intruders(page) | {"wider": 0} == NONE
            assert ("wicked" in text_of(page)) is not found.endswith("/999")
            assert barriers(page) == []
            assert intruders(page) == NONE, "on a phone"
        assert faults == []
