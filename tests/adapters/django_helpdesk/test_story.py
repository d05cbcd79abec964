"""One ticket's life on the running site, decided by a bundled policy."""

from datetime import timedelta

from core.evaluate import evaluate
from core.ticket import Metric
from core.update import Field, difference
from webhooks.engine.wanted import wanted
from webhooks.policy_files import open_policy

CONF = {"organizations": {"acme.test": {"name": "Acme", "plan": "Gold"}}}


def test_a_gold_customers_morning(helpdesk):
    """Glassbeam, Gold, P1 (Table 2): answer in 2 hours around the clock; what is written is the whole difference."""
    policy, adapter = open_policy("glassbeam", {}), helpdesk.connect(**CONF)

    def look(ref):
        snapshot = adapter.fetch(ref)
        evaluation = evaluate(snapshot.ticket, policy, helpdesk.site.now())
        update = difference(ref, wanted(evaluation, {}, {}), snapshot.shown, snapshot.version)
        adapter.apply(update)
        again = adapter.fetch(ref)
        assert not difference(ref, wanted(evaluation, {}, {}), again.shown, again.version)
        return snapshot.ticket, evaluation, again.shown.fields

    ref = helpdesk.open_ticket(priority="P1")
    ticket, _, fields = look(ref)
    due = (ticket.created_at + timedelta(hours=2)).replace(microsecond=0)
    assert (fields[Field.PLAN], fields[Field.NEXT], fields[Field.STATE]) == ("Gold", "first_response", "running")
    assert fields[Field.NEXT_DUE] == fields[Field.FIRST_RESPONSE_DUE] == due

    helpdesk.wait(timedelta(minutes=30))
    helpdesk.reply_as_agent(ref)
    _, evaluation, fields = look(ref)
    assert evaluation.current[Metric.FIRST_RESPONSE].is_finished
    assert fields[Field.FIRST_RESPONSE_DUE] is None
    assert fields[Field.NEXT] != "first_response"

    helpdesk.page(ref, "hold")
    _, _, fields = look(ref)
    assert fields[Field.STATE] == "paused"
    assert fields[Field.NEXT_DUE] is None
