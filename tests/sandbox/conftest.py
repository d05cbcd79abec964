"""What the tests of every stand-in ask for: a clock that stands still, an endpoint for deliveries, a browser."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.common.clock import Clock
from tests.browser import chromium
from tests.sandbox.parties import MONDAY, Endpoint, listening_endpoint


@pytest.fixture
def clock() -> Clock:
    return Clock(MONDAY, speed=0)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with listening_endpoint() as made:
        yield made


@pytest.fixture
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started
