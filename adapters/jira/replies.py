"""Public replies on customers' requests. The service-desk API says in so many words that a comment is public."""

from adapters.http import ApiClient
from adapters.jira.payloads import RequestComment
from adapters.jira.tables import PLATFORM
from core.errors import GoneError, RefusedError
from core.update import Reply

NO_REQUEST = "jira: the issue is no customer's request, or our account is no agent there: nobody could read a reply"


def send_reply(client: ApiClient, ticket_id: str, reply: Reply) -> bool:
    """Write one public comment and return whether the customer can see it.

    Raises:
        RefusedError: the service desk does not know the issue, so that it has no customer; nothing was written.
    """
    path = f"/rest/servicedeskapi/request/{ticket_id}/comment"
    try:
        answer = client.call("POST", path, body={"body": reply_text(reply), "public": True}, ticket_id=ticket_id)
    except (GoneError, RefusedError) as err:
        if err.status not in (403, 404):
            raise
        raise RefusedError(NO_REQUEST, platform=PLATFORM, ticket_id=ticket_id, status=err.status) from err
    return answer.read(RequestComment, PLATFORM, ticket_id).public


def reply_text(reply: Reply) -> str:
    """Return the text with the mark by which it is found again; a comment of this API takes no property along."""
    return f"{reply.text}\n\n(sla-sidecar: {reply.key})"
