"""One real site for the whole run; each test makes its own tickets on it."""

from urllib.parse import quote

import pytest

from tests.adapters.django_helpdesk.desk import HelpdeskDesk
from tests.adapters.django_helpdesk.site import WEBHOOK_SECRET, Receiver, Site


@pytest.fixture(scope="session")
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture(scope="session")
def hook(receiver):
    """The address that ``connect`` prints: with our user and its password in it."""
    password = quote(WEBHOOK_SECRET, safe="")
    return f"http://sidecar:{password}@127.0.0.1:{receiver.port}/webhooks/desk/t0ken"


@pytest.fixture(scope="session")
def site(tmp_path_factory, hook):
    site = Site(tmp_path_factory.mktemp("desk"), hook=hook)
    yield site
    site.close()


@pytest.fixture
def helpdesk(site, receiver):
    return HelpdeskDesk(site, receiver)
