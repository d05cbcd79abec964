"""A fresh Zendesk stand-in for each test that asks for one."""

import pytest

from tests.adapters.zendesk.desk import ZendeskDesk


@pytest.fixture
def zendesk_desk():
    """An account with nothing of ours on it yet."""
    desk = ZendeskDesk()
    yield desk
    desk.close()


@pytest.fixture
def desk(zendesk_desk):
    """The same, by its short name; the contract suite has a fixture of this name of its own."""
    return zendesk_desk
