import pytest

from webhooks.console.policy_tables import policy_tables
from webhooks.policy_files import bundled, open_policy


def test_the_matrix_is_the_vendors_table():
    """Glassbeam's Table 2: a row for each priority and target, a column for each plan, as the document prints it."""
    matrix = next(policy_tables(open_policy("glassbeam"), clauses=False))
    assert matrix.columns == ("priority", "target", "Standard", "Silver", "Gold")
    assert matrix.rows[0] == ("P1", "first response", "1 business day", "4 business hours", "2 business hours")
    assert matrix.rows[1] == ("", "update", "1 week", "1 business day", "4 business hours")
    assert matrix.rows[8] == ("", "resolution", "1 month", "10 business days", "5 business days")


@pytest.mark.parametrize("name", bundled())
def test_every_table_is_even(name):
    """Every row has a cell for each column, and no table is empty."""
    for table in policy_tables(open_policy(name, use_examples=True), clauses=True):
        assert table.rows
        assert {len(row) for row in table.rows} == {len(table.columns)}, table.title


def test_assumptions_come_last():
    """What the document leaves open is printed with the reading and why."""
    policy = open_policy("glassbeam")
    *_, last = policy_tables(policy, clauses=True)
    assert last.title.startswith("Assumptions")
    assert len(last.rows) == len(policy.form.assumptions)
