"""The main path on every platform: webhook in, fields out, with few calls, and nothing sent twice."""

from sandbox.common.faults import ApiFault, FaultKind
from tests.e2e.world import wait_for


def test_a_ticket_gets_its_deadlines(each):
    """A new ticket shows that it runs; an answer and waiting for the customer pause it; solving meets it."""
    each.start()
    ticket = each.side.open()
    wait_for(lambda: each.side.shown(ticket) == "running", "the first fields")
    each.side.reply(ticket)
    each.side.set_status(ticket, "pending")
    wait_for(lambda: each.side.shown(ticket) == "paused", "the pause")
    each.side.set_status(ticket, "solved")
    wait_for(lambda: each.side.shown(ticket) == "met", "the end")
    assert each.parked() == []


def test_a_burst_costs_two_reads_and_one_write(each):
    """A burst of deliveries about one ticket is one look: 2 reads and 1 write; our echo costs no write."""
    each.start()
    each.side.open("Warms the caches")
    ticket = each.side.open()
    each.settle()
    each.state.log.clear()
    each.side.reply(ticket)
    each.side.reply(ticket)
    each.side.set_status(ticket, "pending")
    wait_for(lambda: each.side.shown(ticket) == "paused", "the pause")
    each.settle()
    assert each.side.writes() == 1
    looks = 2  # one for the burst, and one for the echo of its write where the platform tells of it
    assert each.side.reads() <= 2 * looks


def test_platform_faults_pass(each):
    """Errors of every kind end in the right fields, or in a parked look; none in a lost delivery or a hot loop."""
    each.start()
    path = each.side.ticket_path
    for fault in (
        ApiFault(FaultKind.ANSWER, "GET", path, status=500, body="<html>oops</html>"),
        ApiFault(FaultKind.ANSWER, "GET", path, status=503, headers={"Retry-After": "1"}, body="later"),
        ApiFault(FaultKind.ANSWER, "PUT", path, status=429, headers={"Retry-After": "1"}, body="slow down"),
        ApiFault(FaultKind.DROP, "GET", path),
        ApiFault(FaultKind.DROP, "PUT", path, after=True),
    ):
        each.state.faults.add(fault)
        ticket = each.side.open(f"Fault {fault.kind} {fault.status}")
        wait_for(lambda t=ticket: each.side.shown(t) == "running", f"the fields after {fault}")
    each.settle()
    assert each.parked() == []
    assert len(each.state.log.find()) < 150, "no hot loop"


def test_what_cannot_be_mended_is_parked_with_its_reason(each):
    """A refusal that stays is parked after its attempts; retrying by command takes it up again."""
    each.start()
    each.state.faults.add(ApiFault(FaultKind.ANSWER, "PUT", each.side.ticket_path, times=3, status=403, body={}))
    ticket = each.side.open()
    wait_for(each.parked, "the look to be parked")
    assert each.side.platform in each.parked()[0].lower()
    listed = each.command("looks", "list", "--state", "parked", "--format", "json")
    assert f'"subject": "{ticket}"' in listed.stdout
    assert each.command("looks", "retry", each.side.platform, ticket).returncode == 0
    wait_for(lambda: each.side.shown(ticket) == "running", "the fields after the retry")


def test_pause_and_resume(each):
    """While a connection is paused nothing is written and the looks report; resuming writes what was held back."""
    each.start()
    name = each.side.platform
    assert each.command("pause", name).returncode == 0
    ticket = each.side.open()
    each.settle()
    assert each.side.writes() == 0
    assert each.command("resume", name).returncode == 0
    wait_for(lambda: each.side.shown(ticket) == "running", "the fields after resuming")


def test_doctor_finds_nothing_wrong(each):
    """A connection that works has no fault."""
    done = each.command("doctor")
    assert done.returncode == 0, done.stdout
    assert "FAULT" not in done.stdout
