"""What the stand-ins' desks have in common: setting up, and the verbs of :class:`~adapters.testing.Desk`."""

import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from adapters.base import SetUpPlan
from adapters.registry import Factory
from adapters.services import MemoryBudget, Services
from adapters.testing import Calls
from core.ticket import Status
from core.update import Field, TicketRef
from sandbox.common.clock import Clock
from tests.adapters.receiver import Receiver

STATES = ["running", "paused", "at_risk", "breached", "met", "missed"]


class StandInDesk:
    """A stand-in served over real HTTP, with a receiver for its webhooks and a clock that only ``wait`` moves.

    A platform's own makes its people, ``settings`` and ``secrets``, and says how tickets are opened and read.

    Attributes:
        kind: the platform's ADAPTER.
        statuses: the core's to the platform's.
        priorities: the policy's to the platform's.
        teams: what ``connect`` asks to be there.
        counted: a pattern of the paths that count as calls.
    """

    kind: Factory
    statuses: Mapping[Status, Any]
    priorities: Mapping[str, Any]
    teams: Sequence[str] = ()
    counted = ""

    def __init__(self, sandbox, state, **more) -> None:
        self.state, self.clock = state, state.clock
        self.sandbox = sandbox(state, **{"limits": False, **more}).start()
        self.receiver = Receiver()
        self.services = Services(budget=MemoryBudget(), now=self.clock)
        self.customer = self.agent = None
        self.settings, self.secrets = {}, {}

    def close(self) -> None:
        for stop in (self.sandbox.stop, self.receiver.close):
            threading.Thread(target=stop, daemon=True).start()  # each waits for its server's next poll

    def plan(self, **more) -> SetUpPlan:
        """Return what ``connect`` asks for with a policy like Glassbeam's."""
        return SetUpPlan(
            **{
                "webhook_url": self.receiver.url,
                "fields": {
                    Field.STATE: STATES,
                    Field.TIER: ["1", "2", "3"],
                    Field.PLAN: ["Standard", "Premium Plus"],
                    Field.NEXT: ["first_response", "update", "resolution"],
                    Field.NEXT_DUE: [],
                    Field.FIRST_RESPONSE_DUE: [],
                    Field.RESOLUTION_DUE: [],
                },
                "inputs": {"affected": ["one_user", "many_users"], "critical": [], "workaround": [], "escalate": []},
                "teams": self.teams,
                **more,
            }
        )

    def adapter(self, **settings):
        """Return an adapter with these settings beside the connection's."""
        conf = self.kind.settings.model_validate({**self.settings, **settings})
        return self.kind.create("acme", conf, self.secrets, self.services)

    def connect(self, plan=None, **settings):
        """Set the platform up as ``connect`` does, keep what it says, and return the adapter."""
        result = self.adapter(**settings).set_up(plan or self.plan())
        self.settings |= settings | dict(result.settings)
        self.secrets |= result.secrets
        self.reset_calls()
        return self.adapter()

    def ticket(self, ref):
        return self.state.tickets[int(ref.ticket_id)]

    def ref(self, ticket) -> TicketRef:
        return TicketRef("acme", str(ticket.id))

    # -- the verbs of adapters.testing.Desk ------------------------------------------------------------------------

    def reply_as_customer(self, ref):
        self.state.reply(self.ticket(ref), self.customer, "Any news?")

    def reply_as_agent(self, ref):
        self.state.reply(self.ticket(ref), self.agent, "We are on it")

    def add_note(self, ref):
        self.state.reply(self.ticket(ref), self.agent, "Looks like the disk", public=False)

    def set_status(self, ref, status):
        self.state.set_status(self.ticket(ref), self.statuses[status], self.agent)

    def set_priority(self, ref, priority):
        self.state.set_priority(self.ticket(ref), self.priorities[priority], self.agent)

    def add_tag(self, ref, tag):
        self.state.change(self.ticket(ref), self.agent, tags=[*self.ticket(ref).tags, tag])

    def delete(self, ref):
        self.state.delete(self.ticket(ref))

    def tags(self, ref):
        return set(self.ticket(ref).tags)

    def delivery(self, ref):
        assert self.state.courier.wait_idle()
        return next(request for request in self.receiver.requests if self.is_about(request, ref))

    def wait(self, span):
        self.clock.advance(span)

    def reset_calls(self):
        self.state.log.clear()

    def calls(self):
        entries = self.state.log.find(path=self.counted)
        writes = sum(entry.writes for entry in entries)
        return Calls(reads=len(entries) - writes, writes=writes)


def standing_clock() -> Clock:
    """Return a clock at the current second that only moves when told."""
    return Clock(datetime.now(UTC).replace(microsecond=0), speed=0)
