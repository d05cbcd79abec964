"""Public replies on the real site: who is mailed, how they are found, and on which tickets none is written."""

import pytest

from core.errors import ConflictError
from core.ticket import Status
from core.update import Reply
from tests.adapters.django_helpdesk.builders import follow_up, looked, opening, ticket
from tests.adapters.django_helpdesk.desk import CUSTOMER, OUR_USER

KEY = "turn_back/reply"
MARKED = f"Please ask them.\n\n[sla-sidecar: {KEY}]"


@pytest.fixture
def desk(helpdesk):
    return helpdesk


def test_the_submitter_is_mailed(desk):
    """The site mails a public follow-up to the submitter; the ticket keeps its title, status and owner."""
    adapter, ref = desk.connect(), desk.open_ticket()
    before = desk.ticket(ref)
    assert adapter.reply(Reply(ref, KEY, "Please ask {{ them }}."))
    after = desk.ticket(ref)
    reply = after["followup_set"][-1]
    assert (reply["public"], reply["user"], reply["email_recipients"]) == (True, OUR_USER, [CUSTOMER])
    assert reply["comment"] == f"Please ask {{{{ them }}}}.\n\n[sla-sidecar: {KEY}]"
    kept = ("title", "status", "assigned_to", "resolution", "priority")
    assert [after[name] for name in kept] == [before[name] for name in kept]


def test_not_on_a_solved_ticket(desk):
    """On a ticket that was solved meanwhile the reply would become its resolution: all is decided again."""
    adapter, ref = desk.connect(), desk.open_ticket()
    desk.set_status(ref, Status.SOLVED)
    with pytest.raises(ConflictError):
        adapter.reply(Reply(ref, KEY, "Please ask them."))


def test_not_where_it_stands(desk):
    """Read once more just before, a reply that is there already is not written again."""
    adapter, ref = desk.connect(), desk.open_ticket()
    adapter.reply(Reply(ref, KEY, "Please ask them."))
    with pytest.raises(ConflictError):
        adapter.reply(Reply(ref, KEY, "Please ask them."))
    assert len([text for text in desk.public_texts(ref) if KEY in text]) == 1


@pytest.mark.parametrize(
    ("user", "user_id", "kinds"),
    [
        pytest.param(7, 7, [], id="our reply is nobody's answer"),
        pytest.param(5, 7, ["agent_replied"], id="an agent who quotes it answers"),
        pytest.param(7, None, ["agent_replied"], id="without `user_id` nobody can tell"),
        pytest.param(None, 7, ["customer_replied"], id="a customer who quotes it"),
    ],
)
def test_whose_mark_counts(user, user_id, kinds):
    """A mark counts in the public follow-ups of our own user alone."""
    said = follow_up(2, 10, user=user, comment=MARKED, public=True)
    assert [event.kind.value for event in looked((15, ticket(opening(), said)), user_id=user_id).events] == kinds
