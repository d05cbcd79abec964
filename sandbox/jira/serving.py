"""Start the stand-in: in a thread of a test, or as a process of its own."""

from types import TracebackType

from sandbox.common.server import Server
from sandbox.jira.app import create_app
from sandbox.jira.limits import Plan
from sandbox.jira.state import State


class Sandbox:
    """A running stand-in. Use it in a ``with`` statement; ``url`` is its address, ``state`` its site.

    Args:
        state: the site; None is a fresh one.
        port: 0 is any free one.
        limits: whether rate limits hold.
        plan: which limits those are.
    """

    def __init__(
        self, state: State | None = None, *, port: int = 0, limits: bool = True, plan: Plan | None = None
    ) -> None:
        self.state = state or State()
        self._server = Server(create_app(self.state, limits=limits, plan=plan), port)

    @property
    def url(self) -> str:
        """The site's address, without a slash at its end."""
        return self._server.url

    @property
    def gateway(self) -> str:
        """The address that scoped tokens and OAuth use."""
        return f"{self.url}/ex/jira/{self.state.cloud_id}"

    def start(self) -> "Sandbox":
        """Serve in a thread and return at once."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop serving and delivering."""
        self._server.stop()
        self.state.courier.stop()

    def __enter__(self) -> "Sandbox":
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, err: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def serve(state: State, port: int = 0, *, limits: bool = True) -> None:
    """Serve on 127.0.0.1 in this thread until the process is told to stop, printing the address first."""
    server = Server(create_app(state, limits=limits), port)
    print(f"Jira stand-in on {server.url}/agent", flush=True)  # noqa: T201 - the command's answer
    try:
        server.serve_forever()
    finally:
        state.courier.stop()
