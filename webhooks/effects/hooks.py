"""Outgoing webhooks, signed as the Standard Webhooks specification says, by its own library."""

from collections.abc import Callable
from datetime import UTC, datetime

import requests
from standardwebhooks import Webhook

from core.errors import PlatformError, RefusedError, RetryLaterError
from webhooks.effects.breaker import Breaker
from webhooks.notify_settings import HookSettings

HOOK = "webhook"  # the ``platform`` of the errors
_LATER = frozenset({408, 425, 429})


def machine_now() -> datetime:
    """Return the machine's time: receivers compare it with their own, and know nothing of a demo's."""
    return datetime.now(UTC)


class HookSender:
    """Sends to one receiver."""

    def __init__(self, name: str, settings: HookSettings, now: Callable[[], datetime] = machine_now) -> None:
        self._name, self._settings, self._now = name, settings, now
        self._signer = Webhook(settings.secret.get_secret_value())
        self._breaker = Breaker(f"the webhook {name}")

    def send(self, message_id: str, body: str) -> None:
        """Send a body under an id that is the same at each attempt; any 2xx is success.

        Raises:
            RetryLaterError: the receiver cannot be reached, has a fault of its own or asks to wait.
            RefusedError: it does not want it; also for a redirect, which would take the secret's holder elsewhere.
        """
        sent_at = self._now()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "sla-sidecar",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(sent_at.timestamp())),
            "webhook-signature": self._signer.sign(message_id, sent_at, body),
        }
        with self._breaker.guarding():
            status, retry_after = self._post(body.encode(), headers)
            if not 200 <= status < 300:
                raise self._error(status, retry_after)

    def _post(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        """Return the answer's status and its Retry-After; what else it says is not read."""
        wait = self._settings.timeout_seconds
        try:
            with requests.post(
                self._settings.url, data=body, headers=headers, timeout=wait, allow_redirects=False, stream=True
            ) as answer:
                return answer.status_code, answer.headers.get("Retry-After", "")
        except requests.RequestException as err:
            message = f"the webhook {self._name} cannot be reached: {type(err).__name__}"
            raise RetryLaterError(message, platform=HOOK) from err

    def _error(self, status: int, retry_after: str) -> PlatformError:
        message = f"the webhook {self._name} answered {status}"
        if status in _LATER or status >= 500:
            wait = float(retry_after) if retry_after.isdigit() else None
            return RetryLaterError(message, platform=HOOK, status=status, retry_after=wait)
        if 300 <= status < 400:
            message += ", a redirect, which is not followed; write the final address as its `url`"
        return RefusedError(message, platform=HOOK, status=status)
