"""What is sent for an update, and what is made of a note."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.django_helpdesk.payloads import FollowUpBody, TicketBody
from adapters.django_helpdesk.writing import escaped, is_public, note_body, notes_to_write, to_request
from core.update import Field, Note, TicketUpdate
from tests.adapters.django_helpdesk.builders import follow_up, opening, settings, ticket
from tests.adapters.django_helpdesk.test_deliveries import TicketRef

REF = TicketRef("desk", "7")
DELIMITERS = ("{{", "{%", "{#", "%}", "#}", "}}")


@given(st.text(st.sampled_from("{}%# a1\n'\"\\"), max_size=40))
def test_no_delimiter_is_left(text):
    """In an escaped text every brace is an expression of its own, and what they yield is the text."""
    sent = escaped(text)
    bare = sent.replace('{{ "{" }}', "\0").replace('{{ "}" }}', "\1")
    assert not any(delimiter in bare for delimiter in DELIMITERS)
    assert "{%" not in sent
    assert "%}" not in sent
    assert bare.replace("\0", "{").replace("\1", "}").replace("\u2060", "") == text


def test_note_body():
    """Several notes are one internal follow-up without a title, with the keys in its last line."""
    notes = (Note("a/1/x", "Late."), Note("b/1/y", "Later, see #12."))
    assert note_body("7", notes) == {
        "ticket": 7,
        "comment": "Late.\n\nLater, see #\u206012.\n\n[sla-sidecar: a/1/x b/1/y]",
        "public": False,
    }


@pytest.mark.parametrize(
    ("tags", "add", "remove", "sent"),
    [
        pytest.param("vip, night", {"sla_x"}, set(), "night,sla_x,vip", id="others' stay"),
        pytest.param("sla_x", set(), {"sla_x"}, ",", id="none left: the API takes no empty text"),
        pytest.param(None, {"sla_x"}, set(), "sla_x", id="never set"),
    ],
)
def test_tags(tags, add, remove, sent):
    """Tags are one text, sent whole."""
    update = TicketUpdate(REF, add_tags=frozenset(add), remove_tags=frozenset(remove))
    before = TicketBody.model_validate(ticket(opening(), custom_tags=tags))
    request = to_request(update, settings(tags_field="tags"), before)
    assert (request.patch, request.refused) == ({"custom_tags": sent}, {})
    assert set(to_request(update, settings(), before).refused) == {"tags"}


def test_parts_of_a_value_go_together():
    """Where the site refuses one of two fields that show a value, neither is sent; the rest is."""
    update = TicketUpdate(REF, fields={Field.NEXT_DUE: None, Field.STATE: "met"}, priority="P1")
    request = to_request(update, settings(fields={"sla_next_due": "due", "sla_state": "state"}), None)
    rest = request.without(frozenset({"due_date", "unknown"}))
    assert rest.patch == {"custom_state": "met", "priority": 1}
    assert set(rest.refused) == {"sla_next_due"}


@pytest.mark.parametrize(
    ("status", "there", "written"),
    [
        pytest.param(1, None, ["a/1/x", "b/1/y"], id="open"),
        pytest.param(2, "[sla-sidecar: a/1/x]", ["b/1/y"], id="one is there already"),
        pytest.param(3, None, None, id="resolved"),
        pytest.param(5, None, None, id="duplicate"),
        pytest.param(77, None, None, id="a status of which nothing is known"),
        pytest.param(3, "[sla-sidecar: a/1/x b/1/y]", [], id="resolved, but both are there"),
    ],
)
def test_notes_to_write(status, there, written):
    """A note is written once, and never onto a ticket that is solved."""
    ours = [follow_up(2, 1, comment=there, public=False, user=8)] if there else []
    body = TicketBody.model_validate(ticket(opening(), *ours, status=status))
    update = TicketUpdate(REF, notes=(Note("a/1/x", "Late."), Note("b/1/y", "Later.")))
    notes, why_not = notes_to_write(update, body, settings())
    assert [note.key for note in notes] == (written or [])
    assert (why_not is not None) is (written is None)


@pytest.mark.parametrize(
    ("more", "public"),
    [
        pytest.param({"public": False}, False, id="internal"),
        pytest.param({"public": False, "email_recipients": ["andy@desk.test"]}, False, id="mailed to its owner"),
        pytest.param({"public": False, "email_recipients": ["Carla@acme.test"]}, True, id="mailed to the customer"),
        pytest.param({"public": True}, True, id="public"),
    ],
)
def test_is_public(more, public):
    """A note that was mailed to the submitter is as public as one on the page."""
    note = FollowUpBody.model_validate(follow_up(**more))
    assert is_public(note, TicketBody.model_validate(ticket())) is public
