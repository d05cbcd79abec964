"""The real site as a :class:`~adapters.testing.Desk`: people on its pages, and its own deliveries."""

import json
from urllib.parse import parse_qs, urlsplit

import requests

from adapters.base import SetUpPlan, WebhookRequest
from adapters.django_helpdesk import ADAPTER, DjangoHelpdeskAdapter
from adapters.services import MemoryBudget, Services
from adapters.testing import Calls
from core.ticket import Status
from core.update import Field, TicketRef
from tests.adapters.django_helpdesk.site import WEBHOOK_SECRET, Receiver, Site

CUSTOMER = "carla@acme.test"
PRIORITIES = {"P1": 1, "P2": 2, "P3": 3, "P4": 4}
NUMBERS = {Status.OPEN: 1, Status.SOLVED: 3, Status.CLOSED: 4}
REOPENED = 2
OUR_USER = 2  # the site makes the agent first
SECRETS = {"webhook_secret": WEBHOOK_SECRET}


class Remembering(DjangoHelpdeskAdapter):
    """The adapter as the engine uses it: each look is handed what the last one observed."""

    def __init__(self, *args) -> None:
        super().__init__(*args)
        self.kept = {}

    def fetch(self, ref, observations=None):
        snapshot = super().fetch(ref, observations or self.kept.get(ref))
        self.kept[ref] = json.loads(json.dumps(snapshot.observations))
        return snapshot


class Counting(requests.Session):
    """Counts what the adapter asks."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.methods: list[str] = []

    def request(self, method, *args, **kwargs):
        self.methods.append(method)
        return super().request(method, *args, **kwargs)


class HelpdeskDesk:
    """One site with an agent at a browser, a customer, and our user."""

    def __init__(self, site: Site, receiver: Receiver, sleep=lambda seconds: None) -> None:
        self.site, self.receiver = site, receiver
        receiver.requests.clear()
        receiver.status, receiver.meanwhile = 200, None
        self.agent, self.customer, self.api = requests.Session(), requests.Session(), requests.Session()
        self.api.headers["Authorization"] = f"Token {site.token}"
        for session in (self.agent, self.customer, self.api):
            session.trust_env = False
        self._post(self.agent, "/login/", username="agent", password="agent")
        self.calls_made = Counting()
        self.settings = {"base_url": site.url, "timezone": "Europe/Berlin", "hold": "pending", "tags_field": "tags"}
        self.settings["user_id"] = OUR_USER
        self.services = Services(budget=MemoryBudget(), now=site.now, session=lambda: self.calls_made, sleep=sleep)

    def adapter(self, **settings):
        """Return an adapter with these settings beside the connection's."""
        conf = ADAPTER.settings.model_validate({**self.settings, **settings})
        return Remembering("desk", conf, {"token": self.site.token, **SECRETS}, self.services)

    def plan(self, **more) -> SetUpPlan:
        return SetUpPlan(
            **{
                "webhook_url": f"http://127.0.0.1:{self.receiver.port}/webhooks/desk/t0ken",
                "fields": dict.fromkeys(Field, ()),
                "inputs": {"affected": ["one_user", "many_users"], "critical": [], "workaround": [], "escalate": []},
                **more,
            }
        )

    def connect(self, **settings):
        """Set the connection up as ``connect`` does, keep what it says, and return the adapter."""
        result = self.adapter(**settings).set_up(self.plan())
        self.settings |= settings | dict(result.settings)
        self.reset_calls()
        return self.adapter()

    # -- the site from the browser and from scripts --------------------------------------------------------------------

    def page(self, ref, name, **data):
        """Send a form of a ticket's page as the agent."""
        return self._post(self.agent, f"/tickets/{ref.ticket_id}/{name}/", **data)

    def update(self, ref, **data):
        """Let the agent send the form under a ticket, with everything else left as it is."""
        now = self.ticket(ref)
        whole = {"title": now["title"], "priority": now["priority"], "queue": now["queue"], "new_status": now["status"]}
        whole["owner"] = now["assigned_to"] or 0
        return self.page(ref, "update", **{**whole, **data})

    def merge(self, ref, *, into):
        """Let the agent merge a ticket into another."""
        query = f"tickets={into.ticket_id}&tickets={ref.ticket_id}"
        self._post(self.agent, f"/tickets/merge?{query}", chosen_ticket=into.ticket_id)

    def mail(self, ref, sender=CUSTOMER):
        """Let somebody answer by mail: the customer's page of 2.6.1 asks them to log in instead."""
        self.site.mail(sender, f"Re: [support-{ref.ticket_id}] Printer on fire", "Any news?")

    def ticket(self, ref) -> dict:
        """Return the ticket as the API gives it."""
        answer = self.api.get(f"{self.site.url}/api/tickets/{ref.ticket_id}/")
        answer.raise_for_status()
        return answer.json()

    def patch(self, ref, **values):
        """Let a script change a ticket through the API, which no event tells."""
        self.api.patch(f"{self.site.url}/api/tickets/{ref.ticket_id}/", json=values).raise_for_status()

    def _post(self, session, path, **data):
        if "csrftoken" not in session.cookies:
            session.get(self.site.url + "/login/")
        data["csrfmiddlewaretoken"] = session.cookies["csrftoken"]
        answer = session.post(self.site.url + path, data=data, allow_redirects=False)
        assert answer.status_code == 302, f"{path} was answered {answer.status_code}: {answer.text[-500:]}"
        return answer.headers["Location"]

    # -- the verbs of adapters.testing.Desk ------------------------------------------------------------------------

    def open_ticket(self, *, by_agent=False, priority=None, email=CUSTOMER):
        form = {"queue": 1, "title": "Printer on fire", "body": "It burns", "submitter_email": email}
        form["priority"] = PRIORITIES[priority or "P3"]
        session = self.agent if by_agent else self.customer
        there = urlsplit(self._post(session, "/tickets/submit/", **form))
        if by_agent:
            return TicketRef("desk", there.path.strip("/").rpartition("/")[2])
        return TicketRef("desk", parse_qs(there.query)["ticket"][0].rpartition("-")[2])

    def reply_as_customer(self, ref):
        self.mail(ref)

    def reply_as_agent(self, ref):
        self.update(ref, comment="We are on it", public="1")

    def add_note(self, ref):
        self.update(ref, comment="Looks like the fuser")

    def set_status(self, ref, status):
        now = self.ticket(ref)
        if now["on_hold"] != (status is Status.PENDING):
            self.page(ref, "hold" if status is Status.PENDING else "unhold")
        if status is not Status.PENDING:
            number = REOPENED if status is Status.OPEN and now["status"] != NUMBERS[Status.OPEN] else NUMBERS[status]
            if number != now["status"]:
                self.update(ref, new_status=number)

    def set_priority(self, ref, priority):
        self.update(ref, priority=PRIORITIES[priority])

    def add_tag(self, ref, tag):
        tags = [each for each in (self.ticket(ref)["custom_tags"] or "").split(",") if each]
        self.patch(ref, custom_tags=",".join([*tags, tag]))

    def delete(self, ref):
        self.page(ref, "delete")

    def tags(self, ref):
        return {tag for tag in (self.ticket(ref)["custom_tags"] or "").split(",") if tag}

    def private_notes(self, ref):
        return [each["comment"] for each in self.ticket(ref)["followup_set"] if not each["public"]]

    def public_texts(self, ref):
        return [each["comment"] for each in self.ticket(ref)["followup_set"] if each["public"]]

    def deliveries(self, ref) -> list[WebhookRequest]:
        """Return every delivery about a ticket, oldest first."""
        return [each for each in self.receiver.requests if json.loads(each.body)["ticket"]["id"] == int(ref.ticket_id)]

    def delivery(self, ref):
        return self.deliveries(ref)[0]

    def other_delivery(self, body=None):
        if body is not None:
            headers = {**self.delivery(self.open_ticket()).headers}
            return WebhookRequest("POST", "/webhooks/desk/t0ken", headers, body)
        ref = self.open_ticket()
        note = {"ticket": int(ref.ticket_id), "comment": "Breached. [sla-sidecar: update/1/breach]", "public": False}
        self.api.post(f"{self.site.url}/api/followups/", json=note).raise_for_status()
        return self.deliveries(ref)[-1]

    def wait(self, span):
        self.site.set_ahead(self.site.ahead + span)

    def reset_calls(self):
        self.calls_made.methods.clear()

    def calls(self):
        reads = [method for method in self.calls_made.methods if method in ("GET", "OPTIONS")]
        return Calls(reads=len(reads), writes=len(self.calls_made.methods) - len(reads))
