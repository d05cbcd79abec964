from datetime import timedelta

import pytest

from tests.console.desk import BREACHED, PAUSED
from tests.console.seed import NOW
from webhooks.console.why import chapters
from webhooks.console.words import ago, count


def test_chapters(world):
    """The ticket comes first, then a chapter for each clock with a clause said once, then the ladder by its name."""
    found = chapters(world.look(BREACHED))
    assert [each.title for each in found] == ["", "first response", "update", "resolution", "escalation"]
    first = found[1].lines
    assert [line.says.partition(" ")[0] for line in first] == ["starts", "counts", "is"]
    assert [line.clause for line in first] == ["Table 2, P1, Standard, Response Time", "", ""]
    assert [(line.says, line.clause) for line in found[-1].lines] == [
        ("first response, step 1: customer success manager", "Support Ticket Escalation Process")
    ]


def test_a_chapter_for_each_cycle(world):
    """A clock that began again has a chapter for each time, numbered from the second."""
    titles = [each.title for each in chapters(world.look(PAUSED))]
    assert titles == ["", "first response", "update", "update 2", "resolution"]


def test_what_is_not_covered(world):
    """Where there is no clock there is the ticket's own chapter, which says why."""
    phone = {"id": "9", "created_at": NOW.isoformat(), "channel": "phone", "organization": {"plan": "Standard"}}
    (only,) = chapters(world.look({**phone, "priority": "P1"}))[:1]
    assert only.title == ""
    assert any(line.says.startswith("Not covered") for line in only.lines)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "just now"),
        (0, "just now"),
        (59, "just now"),
        (60, "1 min ago"),
        (3599, "59 min ago"),
        (3600, "1 h 0 min ago"),
        (9000, "2 h 30 min ago"),
        (90_000, "1 d 1 h ago"),
    ],
)
def test_ago(seconds, said):
    """How long ago something was is said to the minute, below a day; what is to come has just been."""
    assert ago(NOW - timedelta(seconds=seconds), NOW) == said


def test_never_and_how_many():
    """What was not is never; one is not many."""
    assert ago(None, NOW) == "never"
    assert [count(n, "look") for n in (0, 1, 2400)] == ["0 looks", "1 look", "2,400 looks"]
