from webhooks.console.throttle import FAILURES, FAILURES_OF_ALL, MOST_ADDRESSES, WITHIN_SECONDS, Throttle


class Time:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_an_address_waits_after_its_failures():
    """After five failures within five minutes an address waits until the first of them is five minutes old."""
    time = Time()
    throttle = Throttle(time)
    for _ in range(FAILURES):
        assert throttle.wait_seconds("a") == 0
        throttle.failed("a")
        time.now += 10
    assert throttle.wait_seconds("a") == WITHIN_SECONDS - 50
    assert throttle.wait_seconds("b") == 0
    time.now += WITHIN_SECONDS
    assert throttle.wait_seconds("a") == 0


def test_success_forgets():
    """Who knows the password starts anew."""
    throttle = Throttle(Time())
    for _ in range(FAILURES):
        throttle.failed("a")
    throttle.succeeded("a")
    assert throttle.wait_seconds("a") == 0


def test_many_addresses_wait_together():
    """Guessing from many addresses is slowed down for all."""
    throttle = Throttle(Time())
    for n in range(FAILURES_OF_ALL):
        throttle.failed(str(n))
    assert throttle.wait_seconds("a new one") > 0


def test_memory_is_bounded():
    """Addresses are forgotten, the one that failed longest ago first."""
    throttle = Throttle(Time())
    for n in range(MOST_ADDRESSES + 10):
        throttle.failed(str(n))
    assert len(throttle._failures) == MOST_ADDRESSES
