"""Start the stand-in: in a thread of a test, or as a process of its own."""

from sandbox.common.serving import StandIn, serve_forever
from sandbox.freshdesk.app import create_app
from sandbox.freshdesk.state import State


class Sandbox(StandIn[State]):
    """A running stand-in. Use it in a ``with`` statement; ``url`` is its address, ``state`` its account.

    Args:
        state: the account; None is a fresh one.
        port: 0 is any free one.
        limits: whether rate limits hold.
    """

    def __init__(self, state: State | None = None, *, port: int = 0, limits: bool = True) -> None:
        made = state or State()
        super().__init__(made, create_app(made, limits=limits), port)


def serve(state: State, port: int = 0, *, limits: bool = True) -> None:
    """Serve on 127.0.0.1 in this thread until the process is told to stop, printing the address first."""
    serve_forever("Freshdesk", state, create_app(state, limits=limits), port)
