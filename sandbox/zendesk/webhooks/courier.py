"""Sends deliveries as Zendesk does: signed anew on each attempt, and not at all while the breaker is open."""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import requests

from sandbox.common import courier
from sandbox.common.clock import Now
from sandbox.common.deliveries import Attempt
from sandbox.zendesk.ids import ulid
from sandbox.zendesk.model import Webhook
from sandbox.zendesk.webhooks.invocations import BROKEN, Breaker, Invocation, RetryRules
from sandbox.zendesk.webhooks.signing import signature

CONTENT_TYPES = {
    "json": "application/json; charset=utf-8",
    "xml": "application/xml; charset=utf-8",
    "form_encoded": "application/x-www-form-urlencoded",
}


@dataclass(frozen=True, slots=True)
class Parcel:
    """A body for a webhook; ``event`` names what it is about."""

    webhook: Webhook
    event: str
    body: bytes


class Courier(courier.Courier[Invocation]):
    """Zendesk's delivery service.

    Args:
        now: the account's clock, which stamps signatures and logs; pauses between attempts are real seconds.
        account_id: stands in a header.
    """

    rules: RetryRules

    def __init__(self, now: Now, account_id: int) -> None:
        super().__init__(now, RetryRules())
        self._account_id = account_id
        self._breakers: defaultdict[str, Breaker] = defaultdict(Breaker)

    def post(self, parcels: Iterable[Parcel]) -> None:
        """Make the deliveries of one user action and send them; see :meth:`send`."""
        at = self._now()
        self.send([_invocation(parcel, at) for parcel in parcels])

    def try_once(self, webhook: Webhook, body: bytes) -> requests.Response:
        """Send one signed request now, for the webhook test; raises requests' errors."""
        invocation = _invocation(Parcel(webhook, "", body), self._now())
        return self._request(requests.Session(), invocation, self._headers(invocation))

    def _attempt(self, session: requests.Session, delivery: Invocation) -> float | None:
        breaker = self._breakers[delivery.webhook_id]
        if breaker.is_open(time.monotonic()):
            delivery.attempts.append(Attempt(self._now(), BROKEN, {}, ""))
            return None
        again_in = super()._attempt(session, delivery)
        status = delivery.attempts[-1].status
        breaker.record(time.monotonic(), failed=status < 0 or status >= 400)
        return again_in

    def _request(
        self, session: requests.Session, delivery: Invocation, headers: Mapping[str, str]
    ) -> requests.Response:
        """Make the request of one attempt as the webhook says; redirects are not followed."""
        webhook = delivery.webhook
        return session.request(
            webhook.http_method,
            webhook.endpoint,
            data=_signed(delivery) or None,
            headers=headers,
            auth=_basic(webhook),
            timeout=self.rules.timeout_seconds,
            allow_redirects=False,
        )

    def _headers(self, delivery: Invocation) -> dict[str, str]:
        """Return the headers of one attempt: signed anew each time, with the attempt's own timestamp."""
        webhook, timestamp = delivery.webhook, self._now().strftime("%Y-%m-%dT%H:%M:%SZ")
        headers = {
            "X-Zendesk-Webhook-Signature-Timestamp": timestamp,
            "X-Zendesk-Webhook-Signature": signature(webhook.secret, timestamp, _signed(delivery)),
            "Content-Type": CONTENT_TYPES.get(webhook.request_format, CONTENT_TYPES["json"]),
            "User-Agent": "Zendesk Webhook",
            "X-Zendesk-Account-Id": str(self._account_id),
            "X-Zendesk-Webhook-Id": webhook.id,
            "X-Zendesk-Webhook-Invocation-Id": delivery.id,
        }
        return headers | (webhook.custom_headers or {}) | _token(webhook)

    def _again_in(self, delivery: Invocation, status: int, retry_after: str | None) -> float | None:
        return self.rules.again_in(status, retry_after, len(delivery.attempts))


def _invocation(parcel: Parcel, at: datetime) -> Invocation:
    return Invocation(
        id=ulid(at),
        webhook_id=parcel.webhook.id,
        url=parcel.webhook.endpoint,
        event=parcel.event,
        body=parcel.body,
        created_at=at,
        webhook=parcel.webhook,
    )


def _signed(delivery: Invocation) -> bytes:
    """Return the body as it is sent and signed: requests that have none are signed without one."""
    return b"" if delivery.webhook.http_method in ("GET", "DELETE") else delivery.body


def _basic(webhook: Webhook) -> tuple[str, str] | None:
    given = webhook.authentication or {}
    data = given.get("data") or {}
    return (data.get("username", ""), data.get("password", "")) if given.get("type") == "basic_auth" else None


def _token(webhook: Webhook) -> dict[str, str]:
    given = webhook.authentication or {}
    data = given.get("data") or {}
    match given.get("type"):
        case "bearer_token":
            return {"Authorization": f"Bearer {data.get('token', '')}"}
        case "api_key":
            return {data.get("name") or "X-Api-Key": data.get("value", "")}
        case _:
            return {}
