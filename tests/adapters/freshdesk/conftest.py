"""A fresh Freshdesk stand-in for each test that asks for one."""

import pytest

from tests.adapters.freshdesk.desk import FreshdeskDesk


@pytest.fixture
def freshdesk_desk():
    """An account with nothing of ours on it yet."""
    desk = FreshdeskDesk()
    yield desk
    desk.close()


@pytest.fixture
def desk(freshdesk_desk):
    """The same, by its short name; the contract suite has a fixture of this name of its own."""
    return freshdesk_desk
