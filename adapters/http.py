"""The one HTTP client of all adapters: time-outs, few retries, shared rate budget, redaction, and our errors.

Long waits are never slept here: they are raised as RetryLaterError, and the engine comes back.
"""

import email.utils
import json
import logging
import math
import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

import requests
from pydantic import ValidationError
from requests.structures import CaseInsensitiveDict

from adapters.base import Model
from adapters.services import Rate, Services
from core.errors import ConflictError, GoneError, PlatformError, RefusedError, RetryLaterError

log = logging.getLogger(__name__)

CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 5.0, 20.0, 60.0
MAX_ANSWER_BYTES = 32 * 1024 * 1024
LONGEST_SLEEP_SECONDS = 5.0
RETRY_SECONDS = (0.3, 1.0)  # before the second and the third attempt of a GET
WITHOUT_RETRY_AFTER_SECONDS = 60.0  # a 429 that does not say when
MOST_RETRY_AFTER_SECONDS = 86_400.0
MAX_REDIRECTS = 3
_IDS = re.compile(r"(?<!/rest/api)/(?:\d+|[0-9A-HJKMNP-TV-Z]{26}|[A-Z][A-Z0-9]+-\d+)(?=[/.]|$)")

Limit = tuple[str, Rate]


class Auth(Protocol):
    """A credential, as headers."""

    def headers(self) -> Mapping[str, str]:
        """Return the headers that prove who calls; may ask for a token first."""

    def renew(self) -> bool:
        """Throw away a refused token; True when another attempt is worth it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. ``body`` is the parsed JSON, or None where the answer is no JSON (an HTML error page)."""

    status: int
    headers: Mapping[str, str]
    body: Any

    def mapping(self, platform: str, ticket_id: str | None = None) -> dict[str, Any]:
        """Return the body as a JSON object.

        Raises:
            RetryLaterError: a success without JSON (a proxy's or a maintenance page).
            RefusedError: JSON, but no object.
        """
        if isinstance(self.body, dict):
            return self.body
        if self.body is None:
            said = f"{platform}: a page came where JSON was expected"
            raise RetryLaterError(said, platform=platform, ticket_id=ticket_id)
        said = f"{platform}: the answer is no JSON object; is this the account's address?"
        raise RefusedError(said, platform=platform, ticket_id=ticket_id, status=self.status)

    def read(self, model: type[Model], platform: str, ticket_id: str | None = None) -> Model:
        """Return the body as ``model``.

        Raises:
            RetryLaterError: a success without JSON (a proxy's or a maintenance page).
            RefusedError: JSON in another form than expected; the message names the field, never its value.
        """
        try:
            return model.model_validate(self.mapping(platform, ticket_id))
        except ValidationError as err:
            first = err.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise RefusedError(
                f"{platform}: the answer has another form than expected at {where}: {first['type']}; report this",
                platform=platform,
                ticket_id=ticket_id,
                status=self.status,
            ) from None


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked, for error messages: never with a query or a body."""

    method: str
    route: str
    ticket_id: str | None


class Manners:
    """What a client has to know of its platform; an adapter overrides what applies."""

    def limits(self, call: Call) -> Sequence[Limit]:
        """Return the limits that a call counts against, the scarcest last."""
        del call
        return ()

    def hear(self, call: Call, answer: Answer) -> None:
        """See an answer, to learn rates from its headers."""

    def explain(self, call: Call, answer: Answer) -> PlatformError | None:
        """Return a more exact error than the status gives, or None."""
        del call, answer
        return None


class ApiClient:
    """Calls one account of one platform. Thread-safe: one ``requests.Session`` per thread.

    Args:
        platform: the adapter's name.
        connection: the connection's name.
        base_url: scheme, host and an optional path that every path is put behind.
        services: budget, observer, sessions, sleep.
        auth: the credential; None sends none.
        manners: the platform's limits and errors.
    """

    def __init__(
        self,
        platform: str,
        connection: str,
        base_url: str,
        services: Services,
        *,
        auth: Auth | None = None,
        manners: Manners | None = None,
    ) -> None:
        self._platform, self._connection, self._base_url = platform, connection, base_url.rstrip("/")
        self._services, self._auth, self._manners = services, auth, manners or Manners()
        self._local = threading.local()

    def get(self, path: str, params: Mapping[str, Any] | None = None, *, ticket_id: str | None = None) -> Answer:
        """Return the answer to a GET, tried up to three times while the platform stumbles."""
        return self.call("GET", path, params=params, ticket_id=ticket_id)

    def put(self, path: str, body: Any = None, *, ticket_id: str | None = None) -> Answer:
        """Return the answer to a PUT; never sent twice."""
        return self.call("PUT", path, body=body, ticket_id=ticket_id)

    def post(self, path: str, body: Any = None, params: Mapping[str, Any] | None = None) -> Answer:
        """Return the answer to a POST; never sent twice."""
        return self.call("POST", path, params=params, body=body)

    def patch(self, path: str, body: Any = None) -> Answer:
        """Return the answer to a PATCH; never sent twice."""
        return self.call("PATCH", path, body=body)

    def delete(self, path: str) -> Answer:
        """Return the answer to a DELETE; never sent twice."""
        return self.call("DELETE", path)

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        ticket_id: str | None = None,
    ) -> Answer:
        """Return the answer to one call.

        Raises:
            RetryLaterError: 429, 5xx, a time-out, a dropped connection, or no budget for a while.
            ConflictError, GoneError, FrozenError, RefusedError: as the status, or ``explain``, says.
        """
        call = Call(method, route_of(path), ticket_id)
        renewed = False
        attempt = 0
        while True:
            self._take(call)
            try:
                answer = self._send(call, path, params, body)
                if answer.status < 300:
                    return answer
                if answer.status == 401 and self._auth and not renewed and self._auth.renew():
                    renewed = True
                    continue
                raise self._error(call, answer)
            except RetryLaterError as err:
                wait = _pause_before(attempt, err)
                if method != "GET" or wait is None:
                    raise
                attempt += 1
                self._services.sleep(wait)

    def _take(self, call: Call) -> None:
        """Take this call from the shared budget, or raise when that would take long."""
        slept = 0.0
        for kind, rate in self._manners.limits(call):
            while wait := self._services.budget.take(kind, rate):
                if slept + wait > LONGEST_SLEEP_SECONDS:
                    said = f"{self._platform}: the call budget ({kind}) is used up; next call in {wait:.0f} s"
                    raise self._later(said, call, 429, wait)
                self._services.sleep(wait)
                slept += wait

    def _send(self, call: Call, path: str, params: Mapping[str, Any] | None, body: Any) -> Answer:
        """Send once, follow redirects on the same host, tell the observer."""
        url: str = self._base_url + path
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._send_once(call, url, params, body)
            if not (300 <= answer.status < 400 and "Location" in answer.headers):
                self._manners.hear(call, answer)
                return answer
            there = urljoin(url, answer.headers["Location"])
            if call.method != "GET" or _origin(there) != _origin(url):
                break
            url, params = there, None
        raise RefusedError(
            f"{self._platform}: {call.method} {call.route} was redirected elsewhere; correct the connection's address",
            platform=self._platform,
            ticket_id=call.ticket_id,
            status=answer.status,
        )

    def _send_once(self, call: Call, url: str, params: Mapping[str, Any] | None, body: Any) -> Answer:
        headers = {"Accept": "application/json", "User-Agent": "sla-sidecar"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        auth = _HeaderAuth(self._auth.headers() if self._auth else {})
        began = time.monotonic()
        status = 0
        try:
            with self._session().request(
                call.method,
                url,
                params=params,
                data=None if body is None else json.dumps(body).encode(),
                headers=headers,
                auth=auth,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as response:
                raw = _read(response, began + WHOLE_SECONDS)
                status = response.status_code
                return Answer(status, CaseInsensitiveDict(response.headers), _json(raw))
        except (requests.RequestException, TimeoutError) as err:
            said = f"{self._platform}: {call.method} {call.route} got no answer ({type(err).__name__})"
            raise self._later(said, call, None, None) from None  # the library's message holds the whole address
        except _TooLargeError:
            raise RefusedError(
                f"{self._platform}: the answer to {call.method} {call.route} is over {MAX_ANSWER_BYTES} bytes",
                platform=self._platform,
                ticket_id=call.ticket_id,
            ) from None
        finally:
            seconds = time.monotonic() - began
            log.debug(
                "%s %s %s: %s in %.3f s", self._connection, call.method, call.route, status or "no answer", seconds
            )
            self._services.observer.on_call(self._platform, self._connection, call.method, call.route, status, seconds)

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = self._services.session()
        return session

    def _error(self, call: Call, answer: Answer) -> PlatformError:
        """Return the error that an answer of 300 and above means."""
        said = f"{self._platform}: {call.method} {call.route} was answered {answer.status}"
        wait = retry_after(answer.headers, self._services.now())
        if answer.status == 429:
            wait = wait or WITHOUT_RETRY_AFTER_SECONDS
            self._services.budget.pause(wait)
            return self._later(f"{said}; asked to wait {wait:.0f} s", call, 429, wait)
        if explained := self._manners.explain(call, answer):
            return explained
        if answer.status >= 500 or answer.status == 408:
            return self._later(said, call, answer.status, wait)
        kind, remedy = _meaning(call, answer.status)
        return kind(f"{said}: {remedy}", platform=self._platform, ticket_id=call.ticket_id, status=answer.status)

    def _later(self, message: str, call: Call, status: int | None, wait: float | None) -> RetryLaterError:
        return RetryLaterError(
            message, platform=self._platform, ticket_id=call.ticket_id, status=status, retry_after=wait
        )


_REMEDIES = {
    401: "the credential is not accepted: check it with sla-sidecar doctor",
    403: "the credential lacks a right or a scope: sla-sidecar doctor names it",
    404: "the path or the record does not exist: check the connection's address and run sla-sidecar connect again",
}


def _meaning(call: Call, status: int) -> tuple[type[PlatformError], str]:
    """Return the error and the remedy of a 3xx or 4xx, as far as the status alone tells."""
    if status == 409:
        return ConflictError, "the ticket changed meanwhile"
    if status in (404, 410) and call.ticket_id:
        return GoneError, f"ticket {call.ticket_id} is gone or cannot be seen"
    return RefusedError, _REMEDIES.get(status, "run sla-sidecar doctor")


def route_of(path: str) -> str:
    """Return a path with its ids as ``{id}`` and without ``.json``, to label metrics and messages."""
    return _IDS.sub("/{id}", path.split("?")[0]).removesuffix(".json")


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds of a ``Retry-After`` header (seconds or an HTTP date), or None without a usable one."""
    text = headers.get("Retry-After", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            at = email.utils.parsedate_to_datetime(text)
        except (ValueError, TypeError, OverflowError):
            return None
        seconds = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
    return min(max(seconds, 1.0), MOST_RETRY_AFTER_SECONDS) if math.isfinite(seconds) else None


def _pause_before(attempt: int, err: RetryLaterError) -> float | None:
    """Return the seconds to sleep before another attempt, or None when the engine should come back instead."""
    if err.status == 429 or attempt >= len(RETRY_SECONDS):
        return None
    wait = max(RETRY_SECONDS[attempt], err.retry_after or 0.0)
    return wait if wait <= LONGEST_SLEEP_SECONDS else None


class _HeaderAuth(requests.auth.AuthBase):
    """Puts our headers on a request; being given at all, it keeps requests from reading ``.netrc``."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._headers)
        return request


class _TooLargeError(Exception):
    """An answer that is larger than we read."""


def _read(response: requests.Response, until: float) -> bytes:
    """Return the whole body, bounded in size and, for a body that drips, in time."""
    chunks, size = [], 0
    for chunk in response.iter_content(65_536):
        size += len(chunk)
        if size > MAX_ANSWER_BYTES:
            raise _TooLargeError
        if time.monotonic() > until:
            raise TimeoutError
        chunks.append(chunk)
    return b"".join(chunks)


def _json(raw: bytes) -> Any:
    """Return the parsed body, or None: error pages are HTML, text or nothing, whatever their content type says."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
