"""A fresh Jira stand-in for each test that asks for one."""

import pytest

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
