"""A fresh Jira stand-in for each test that asks for one, or a site that answers what the test says."""

import pytest
import responses

from tests.adapters.doubles import Lent
from tests.adapters.jira.builders import API, status
from tests.adapters.jira.desk import JiraDesk


@pytest.fixture
def jira_desk():
    """A site with nothing of ours on it yet."""
    desk = JiraDesk()
    yield desk
    desk.close()


@pytest.fixture
def desk(jira_desk):
    """The same, by its short name; the contract suite has a fixture of this name of its own."""
    return jira_desk


@pytest.fixture
def jira():
    """The site; it knows the statuses that nobody mapped."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(f"{API}/status", json=[status("1"), status("3"), {"id": "9"}])
        yield mock


@pytest.fixture
def lent():
    return Lent()
