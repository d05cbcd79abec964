"""Commands that go through many tickets wait for the account's budget, and say what they waited for."""

from datetime import timedelta

import pytest

from core.errors import RetryLaterError
from webhooks.backfill.pacing import LONGEST_WAIT_SECONDS, MOST_TRIES, Pacing


class Platform:
    """Fails in the given ways, one call after the other, then answers."""

    def __init__(self, pacing: Pacing, *errors: RetryLaterError) -> None:
        self.pacing, self.errors = pacing, list(errors)

    def __call__(self) -> str:
        error = self.errors.pop(0) if self.errors else None
        self.pacing.on_call("desk", "desk", "GET", "/tickets", (error.status or 0) if error else 200, 0.1)
        if error:
            raise error
        return "answer"


def later(status: int | None, seconds: float | None) -> RetryLaterError:
    return RetryLaterError("later", status=status, retry_after=seconds)


@pytest.mark.parametrize(
    ("errors", "waits", "said"),
    [
        pytest.param([], [], "limited by nobody", id="nothing in the way"),
        pytest.param(
            [later(None, 7.0)], [7.0], "limited by our share of the account's rate budget: waited 7 s", id="our budget"
        ),
        pytest.param(
            [later(429, 30.0)] * 2, [30.0] * 2, "limited by the platform (2 x 429): waited 60 s", id="the platform"
        ),
        pytest.param([later(429, 3600.0)], [LONGEST_WAIT_SECONDS], None, id="never for an hour without a word"),
        pytest.param([later(503, None)] * 3, [2.0, 4.0, 8.0], None, id="a fault is waited for longer and longer"),
    ],
)
def test_waits(errors, waits, said):
    """A limit is waited for as long as it says, a fault twice as long each time; then the call goes on."""
    slept: list[float] = []
    pacing = Pacing(slept.append)
    assert pacing.patiently(Platform(pacing, *errors)) == "answer"
    assert (slept, pacing.waited) == (waits, timedelta(seconds=sum(waits)))
    assert pacing.calls == len(errors) + 1
    assert said is None or pacing.limited_by() == said


def test_a_limit_is_waited_for_as_often_as_it_comes():
    """However small the budget, the work goes on."""
    pacing = Pacing(lambda _seconds: None)
    assert pacing.patiently(Platform(pacing, *[later(429, 1.0)] * (3 * MOST_TRIES))) == "answer"


def test_a_platform_that_stays_away_ends_it():
    """A fault that lasts is told, not waited for without an end."""
    pacing = Pacing(lambda _seconds: None)
    with pytest.raises(RetryLaterError):
        pacing.patiently(Platform(pacing, *[later(503, None)] * MOST_TRIES))
    assert pacing.calls == MOST_TRIES
