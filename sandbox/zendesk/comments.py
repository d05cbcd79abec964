"""How a comment's text becomes what is shown. Source: reference page "Ticket comments"."""

import html
import re
from typing import TYPE_CHECKING

from sandbox.zendesk.inputs import CommentInput
from sandbox.zendesk.model import User, Via
from sandbox.zendesk.placeholders import rendered
from sandbox.zendesk.tickets_model import CommentEvent, Ticket

if TYPE_CHECKING:
    from sandbox.zendesk.store import Store

LIMIT = 64 * 1024  # longer bodies are cut without a word
LIGHT_AGENT = 1


def to_comment(
    store: "Store",
    ticket: Ticket,
    given: CommentInput,
    actor: User,
    *,
    flags: tuple[int, ...] = (),
    via: Via | None = None,
) -> CommentEvent | None:
    """Return the comment that ``given`` adds to a ticket, or None where it has no text.

    Left-out visibility is that of the ticket's first comment; placeholders in the text are expanded.
    """
    text = given.body or given.value or _text_of(given.html_body or "")
    if not text.strip():
        return None
    author = store.users.get(given.author_id or actor.id, actor)
    text = rendered(text, store, ticket, actor)[:LIMIT]
    first = next(ticket.comments(), None)
    public = given.public if given.public is not None else (first[1].public if first else True)
    if author.role_type == LIGHT_AGENT:
        public = False
    return CommentEvent(
        id=store.ids.record(),
        author_id=author.id,
        body=text,
        html_body=_html_of(text),
        public=public,
        via=via,
        flags=flags,
    )


def _html_of(text: str) -> str:
    paragraphs = [html.escape(part, quote=False).replace("\n", "<br>") for part in re.split(r"\n{2,}", text)]
    inner = "".join(f'<p dir="auto">{part}</p>' for part in paragraphs)
    return f'<div class="zd-comment" dir="auto">{inner}</div>'


def _text_of(markup: str) -> str:
    """Return the text of ``html_body``: line breaks kept, all other tags dropped."""
    broken = re.sub(r"(?i)<br\s*/?>|</p>", "\n", markup)
    return html.unescape(re.sub(r"<[^>]+>", "", broken)).strip()
