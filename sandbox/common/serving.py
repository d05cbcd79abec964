"""Start a stand-in: in a thread of a test, or as a process of its own."""

from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar
from wsgiref.types import WSGIApplication

from sandbox.common.server import Server


class Stoppable(Protocol):
    """A delivery service, as far as it is stopped here."""

    def stop(self) -> None:
        """Send nothing more."""


class Account(Protocol):
    """What is served: an account that delivers webhooks."""

    @property
    def courier(self) -> Stoppable:
        """The account's delivery service."""


AnyState = TypeVar("AnyState", bound=Account)


class StandIn(Generic[AnyState]):
    """A running stand-in. Use it in a ``with`` statement; ``url`` is its address, ``state`` its account."""

    def __init__(self, state: AnyState, app: WSGIApplication, port: int = 0) -> None:
        self.state = state
        self._server = Server(app, port)

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return self._server.url

    def start(self) -> Self:
        """Serve in a thread and return at once."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop serving and delivering."""
        self._server.stop()
        self.state.courier.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, err: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def serve_forever(name: str, state: Account, app: WSGIApplication, port: int) -> None:
    """Serve on 127.0.0.1 in this thread until the process is told to stop, printing the address first."""
    server = Server(app, port)
    print(f"{name} stand-in on {server.url}/agent", flush=True)  # noqa: T201 - the command's answer
    try:
        server.serve_forever()
    finally:
        state.courier.stop()
