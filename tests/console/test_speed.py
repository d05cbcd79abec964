"""With a hundred thousand tickets in the store a page answers in less than 200 ms, on both databases."""

import pytest

from benchmarks.pages import MOST_SECONDS, bar, fill, times

ROUNDS = 5


@pytest.mark.long
@pytest.mark.timeout(900)
def test_pages_are_fast(either):
    """Right after the load, when the database knows nothing of its tables; the middle one of five rounds counts."""
    fill(either)
    took = times(either, ROUNDS)
    assert len(took) > 15, "the pages were not found"
    slow = {page: f"{median * 1e3:.0f} ms" for page, (median, _) in took.items() if median > MOST_SECONDS}
    assert slow == {}, bar("slow", took).measured
