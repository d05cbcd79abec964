"""More than thirty stories about a ticket, in words that every platform knows.

A step is ``minutes verb [value]``, counted from the ticket's creation: ``reply`` and ``asks`` (in public, by an agent
and by the requester), ``note``, ``is STATUS``, ``priority P``, ``plan P``, ``merged``. Steps of one minute happen in
the order written.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Story:
    """One story: what happens, and after how many minutes it is judged."""

    name: str
    steps: tuple[str, ...]
    judged: int
    priority: str = "P1"


def _story(name: str, judged: int, *steps: str, priority: str = "P1") -> Story:
    return Story(name, steps, judged, priority)


STORIES = (
    _story("nobody answers", 200),
    _story("nothing has happened yet", 5),
    _story("answered in time", 90, "30 reply"),
    _story("answered late", 200, "130 reply"),
    _story("a note is no answer", 200, "30 note"),
    _story("the requester asks again before an answer", 90, "10 asks", "20 asks", "30 reply"),
    _story("a second question, answered", 200, "20 reply", "40 asks", "70 reply"),
    _story("a second question, unanswered", 200, "20 reply", "40 asks"),
    _story("three questions, one answer", 200, "20 reply", "40 asks", "45 asks", "50 asks", "80 reply"),
    _story("a question each hour", 400, "20 reply", "80 asks", "110 reply", "140 asks", "170 reply", "200 asks"),
    _story("an update each hour", 300, "30 reply", "90 reply", "150 reply", "210 reply"),
    _story("solved at once", 90, "15 is solved"),
    _story("answered, then solved", 90, "15 reply", "40 is solved"),
    _story("solved late", 900, "15 reply", "700 is solved"),
    _story("waiting for the customer", 90, "15 reply", "16 is pending"),
    _story("waited for the customer", 200, "15 reply", "16 is pending", "100 is open"),
    _story("waited twice", 400, "15 reply", "16 is pending", "60 is open", "90 is pending", "200 is open"),
    _story("on hold does not pause", 200, "15 reply", "16 is on_hold", "100 is open"),
    _story("pending, then on hold", 300, "15 reply", "16 is pending", "60 is on_hold", "120 is open"),
    _story("pending until solved", 300, "15 reply", "16 is pending", "120 is solved"),
    _story("pending after the deadline", 900, "15 reply", "700 is pending"),
    _story("reopened", 400, "15 reply", "40 is solved", "100 is open"),
    _story("reopened by a question", 400, "15 reply", "40 is solved", "100 asks", "100 is open", "130 reply"),
    _story("reopened twice", 500, "40 is solved", "100 is open", "160 is solved", "220 is open"),
    _story("closed after being solved", 400, "15 reply", "40 is solved", "300 is closed"),
    _story("the priority is lowered", 200, "30 priority P2"),
    _story("the priority is lowered after the breach", 200, "150 priority P2"),
    _story("the priority is raised", 200, "90 priority P1", priority="P2"),
    _story("raised and lowered", 300, "30 priority P1", "60 reply", "90 priority P3", priority="P2"),
    _story("the plan gets better", 400, "30 plan Gold", "200 reply"),
    _story("the plan gets better after the answer", 400, "30 reply", "90 plan Gold"),
    _story("the plan gets worse again", 400, "30 plan Gold", "50 reply", "90 plan Basic"),
    _story("merged into another ticket", 400, "30 reply", "60 merged"),
    _story("merged after being solved", 400, "30 reply", "60 is solved", "90 merged"),
    _story(
        "a long life",
        1500,
        "20 reply",
        "30 is pending",
        "300 asks",
        "300 is open",
        "330 reply",
        "400 priority P2",
        "500 is on_hold",
        "600 is open",
        "700 reply",
        "900 is solved",
        "1000 asks",
        "1000 is open",
        "1100 reply",
        "1200 is solved",
    ),
)
