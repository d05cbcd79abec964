"""What can happen to a ticket: created, updated, merged, deleted, restored, closed and archived by time."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.zendesk.apply import apply, set_tags
from sandbox.zendesk.comments import to_comment
from sandbox.zendesk.edits import Edit, rule_via
from sandbox.zendesk.errors import bad_request, invalid, update_conflict
from sandbox.zendesk.inputs import CommentInput, MergeInput, TicketInput
from sandbox.zendesk.model import User, Via
from sandbox.zendesk.tickets_model import Audit, OtherEvent, Ticket

if TYPE_CHECKING:
    from sandbox.zendesk.store import Store

REOPENING = ("pending", "hold", "solved")  # what an end user's comment turns into open
AUTOMATION = (1, "Close ticket after solved")


def create(
    store: "Store", given: TicketInput, actor: User, via: Via, flags: tuple[int, ...] = ()
) -> tuple[Ticket, Audit]:
    """Create a ticket and return it with its first audit.

    Raises:
        ApiError: 422, whatever Zendesk refuses.
    """
    comment = given.comment or CommentInput(body=given.description)
    requester = _requester(store, given, actor)
    source = _followed_up(store, given.via_followup_source_id)
    if source:
        via = Via(via.channel, "follow_up", {"ticket_id": source.id, "subject": source.subject})
    now = store.now()
    ticket = Ticket(
        id=store.ids.ticket(),
        created_at=now,
        updated_at=now,
        generated_at=now,
        subject=given.subject or given.raw_subject or _first_line(comment),
        description="",
        requester_id=requester.id,
        submitter_id=given.submitter_id or actor.id,
        status="new",
        custom_status_id=store.default_status("new"),
        brand_id=store.brand_id,
        ticket_form_id=store.default_form().id,
        via=via,
        organization_id=requester.organization_id,
        recipient=given.recipient,
    )
    edit = Edit(store, ticket, actor, via, custom=given.metadata, creating=True)
    _inherit(store, edit.draft, source)
    apply(store, edit.draft, given)
    if comment.author_id is None or not actor.is_staff:
        comment.author_id = ticket.submitter_id  # documented: the submitter becomes the first comment's author
    made = to_comment(store, edit.draft, comment, actor, flags=flags)
    if made is None:
        raise invalid("base", "Description: cannot be blank", "BlankValue")
    edit.comment = made
    edit.draft.description = made.body
    edit.extra = [("created", {})]
    store.tickets[ticket.id] = ticket
    audit = edit.commit()
    if source:
        source.followup_ids.append(ticket.id)
    return ticket, audit


def update(
    store: "Store",
    ticket: Ticket,
    given: TicketInput,
    actor: User,
    via: Via,
    *,
    bulk: bool = False,
    flags: tuple[int, ...] = (),
) -> Audit:
    """Change a ticket and return the audit, which has no events when nothing changed.

    Raises:
        ApiError: 409 for a stale safe_update, 422 for a closed ticket and for whatever else Zendesk refuses.
    """
    check_open(ticket)
    check_stamp(ticket, given.safe_update, given.updated_stamp)
    edit = Edit(store, ticket, actor, via, custom=given.metadata)
    apply(store, edit.draft, given, bulk=bulk)
    if given.comment:
        if sum(1 for _ in ticket.comments()) >= store.switches.max_comments:
            raise invalid("base", f"Ticket: cannot have more than {store.switches.max_comments} comments")
        edit.comment = to_comment(store, edit.draft, given.comment, actor, flags=flags)
    if edit.comment and not {"status", "custom_status_id"} & given.model_fields_set:
        _reopen(store, edit.draft, edit.comment.author_id)
    return edit.commit()


def check_open(ticket: Ticket) -> None:
    """Refuse any write on a closed or archived ticket."""
    if ticket.status == "closed" or ticket.archived:
        raise invalid("status", "Status: closed prevents ticket update")


def check_stamp(ticket: Ticket, safe_update: bool | None, stamp: str | None) -> None:
    """Refuse a safe update of a ticket that changed since ``stamp``; safe_update false acts like true."""
    if safe_update is None:
        return
    if stamp is None:
        raise bad_request("ParameterMissing", "Parameter updated_stamp is required with safe_update")
    try:
        read_at = datetime.fromisoformat(stamp)
    except ValueError:
        raise bad_request("InvalidValue", "updated_stamp must be the ticket's updated_at") from None
    if read_at != ticket.updated_at:
        raise update_conflict()


def change_tags(store: "Store", ticket: Ticket, tags: set[str], actor: User, via: Via) -> None:
    """Make ``tags`` the ticket's whole list, as an update of its own."""
    check_open(ticket)
    edit = Edit(store, ticket, actor, via)
    set_tags(store, edit.draft, tags)
    edit.commit()


def merge(store: "Store", target: Ticket, given: MergeInput, actor: User) -> None:
    """Close the tickets of ``given`` into ``target``; both sides get a comment, private unless said otherwise.

    The tag closed_by_merge is UNCONFIRMED.
    """
    check_open(target)
    sources = [store.ticket(ticket_id) for ticket_id in given.ids if ticket_id != target.id]
    for source in sources:
        check_open(source)
    for source in sources:
        text = given.source_comment or f"This request was closed and merged into request #{target.id}."
        via = Via("web", "merge", {"ticket_id": target.id, "subject": target.subject})
        edit = Edit(store, source, actor, via)
        edit.draft.status, edit.draft.custom_status_id = "closed", store.default_status("closed")
        edit.draft.tags = sorted({*edit.draft.tags, "closed_by_merge"})
        edit.comment = _said(store, source, text, given.source_comment_is_public, actor)
        edit.extra = [("merged", {"target_ticket_id": str(target.id)})]
        edit.commit()
    numbers = ", ".join(f"#{source.id}" for source in sources)
    via = Via("web", "merge", {"ticket_ids": [source.id for source in sources]})
    edit = Edit(store, target, actor, via)
    text = given.target_comment or f"Requests {numbers} were closed and merged into this request."
    edit.comment = _said(store, target, text, given.target_comment_is_public, actor)
    edit.commit()


def make_private(store: "Store", ticket: Ticket, comment_id: int, actor: User, via: Via) -> bool:
    """Make one public comment private; False if the ticket has no such comment."""
    comment = next((comment for _, comment in ticket.comments() if comment.id == comment_id), None)
    if comment is None:
        return False
    if comment.public:
        comment.public = False
        edit = Edit(store, ticket, actor, via)
        data = {"comment_id": comment_id, "public": False}
        edit.others = [OtherEvent(store.ids.record(), "CommentPrivacyChange", data)]
        edit.commit()
    return True


def delete(store: "Store", ticket: Ticket, actor: User, via: Via) -> None:
    """Delete softly: the ticket is only found among the deleted ones and in exports."""
    edit = Edit(store, ticket, actor, via)
    edit.draft.status_before, edit.draft.status = ticket.status, "deleted"
    edit.extra = [("soft_deleted", {})]
    edit.commit(silent=True)


def restore(store: "Store", ticket: Ticket, actor: User, via: Via) -> None:
    """Take back a soft deletion."""
    edit = Edit(store, ticket, actor, via)
    edit.draft.status, edit.draft.status_before = ticket.status_before or "open", None
    edit.extra = [("undeleted", {})]
    edit.commit(silent=True)


def close_solved(store: "Store", after: timedelta, actor: User) -> list[Ticket]:
    """Close, as an account's automation does, what has been solved for ``after``; return those tickets."""
    due = [t for t in store.tickets.values() if t.status == "solved" and t.updated_at <= store.now() - after]
    for ticket in due:
        edit = Edit(store, ticket, actor, rule_via("automation", *AUTOMATION))
        edit.draft.status = "closed"
        edit.commit()
    return due


def archive_closed(store: "Store", after: timedelta = timedelta(days=120)) -> list[Ticket]:
    """Archive what has been closed for ``after``; return those tickets."""
    due = [t for t in store.tickets.values() if t.status == "closed" and t.updated_at <= store.now() - after]
    for ticket in due:
        ticket.archived = True
    return due


def _requester(store: "Store", given: TicketInput, actor: User) -> User:
    """Return who asks: the one named, found by address or made, or else the caller."""
    if given.requester_id:
        found = store.users.get(given.requester_id)
        if found is None:
            raise invalid("requester", "Requester: is not a valid user", "InvalidValue")
        return found
    if given.requester and given.requester.email:
        email = given.requester.email
        name = given.requester.name or email.partition("@")[0]
        user = store.user_by_email(email) or store.new(store.users, User, name=name, email=email)
        given.requester_id = user.id
        given.model_fields_set.add("requester_id")
        return user
    return actor


def _followed_up(store: "Store", source_id: int | None) -> Ticket | None:
    if source_id is None:
        return None
    source = store.ticket(source_id)
    if source.status != "closed":
        raise invalid("base", f"Follow-up: ticket {source_id} is not closed", "InvalidValue")
    return source


def _inherit(store: "Store", draft: Ticket, source: Ticket | None) -> None:
    """Take over the tags of customer and organization, and of the ticket that this one follows up.

    That custom fields are taken over with the tags is UNCONFIRMED; drop-downs must be, for they are tags.
    """
    tags: set[str] = set()
    if store.switches.user_tagging:
        organization = store.organizations.get(draft.organization_id or 0)
        tags |= {*store.users[draft.requester_id].tags, *(organization.tags if organization else ())}
    if source:
        tags |= set(source.tags)
        draft.custom = dict(source.custom)
    draft.tags = sorted(tags)


def _reopen(store: "Store", draft: Ticket, author_id: int) -> None:
    author = store.users.get(author_id)
    if author and not author.is_staff and draft.status in REOPENING:
        draft.status, draft.custom_status_id = "open", store.default_status("open")


def _said(store: "Store", ticket: Ticket, text: str, public: bool, actor: User) -> Any:
    return to_comment(store, ticket, CommentInput(body=text, public=public), actor)


def _first_line(comment: CommentInput) -> str:
    lines = (comment.body or comment.html_body or "").strip().splitlines()
    return lines[0][:150] if lines else ""
