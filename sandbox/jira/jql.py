"""JQL, as far as integrations use it: comparisons, AND, OR, NOT, brackets, ORDER BY.

What a field means is in ``jqlfields``. Not here: WAS, CHANGED and most functions, which are refused as an error.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.jira import jqlfields
from sandbox.jira.errors import ApiError, refused
from sandbox.jira.issues_model import Issue
from sandbox.jira.jqlfields import Asking, Term

if TYPE_CHECKING:
    from sandbox.jira.store import Store

TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
      | (?P<operator>!=|<=|>=|!~|=|<|>|~)
      | (?P<punctuation>[(),])
      | (?P<word>cf\[\d+\]|issue\.property\[[^\]]+\]\.[\w.]+|[^\s"'(),=<>!~]+)
    )""",
    re.VERBOSE,
)
MOST_ORDERS = 7
UNBOUNDED = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
Test = Callable[[Issue], bool]


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query. ``bounded`` is False where nothing restricts it."""

    test: Test
    orders: tuple[tuple[Callable[[Issue], Any], bool], ...]
    bounded: bool

    def run(self, issues: list[Issue]) -> list[Issue]:
        """Return the issues that fit, in order; the newest first where the query does not say."""
        found = sorted((issue for issue in issues if self.test(issue)), key=lambda issue: -int(issue.id))
        for key, descending in reversed(self.orders):
            found.sort(key=key, reverse=descending)
        return found


def parse(store: "Store", text: str, asking: Asking) -> Query:
    """Return a query.

    Raises:
        ApiError: 400, as Jira words it.
    """
    return _Parser(store, text, asking).query()


def matches(store: "Store", text: str, issue: Issue, asking: Asking) -> bool:
    """Return whether one issue fits a query; a query that cannot be read fits nothing."""
    try:
        return not text.strip() or parse(store, text, asking).test(issue)
    except ApiError:
        return False


def bad_query(text: str) -> ApiError:
    """400: a query that cannot be read."""
    return refused(400, f"Error in the JQL Query: {text}")


@dataclass(slots=True)
class _Parser:
    store: "Store"
    text: str
    asking: Asking
    tokens: list[tuple[str, str]] = field(default_factory=list)
    at: int = 0

    def query(self) -> Query:
        self.tokens = _tokens(self.text)
        bounded = bool(self.tokens) and not self._is("order")
        test: Test = self._either() if bounded else (lambda _: True)
        orders = self._orders() if self._take("order") else []
        if self.at < len(self.tokens):
            raise bad_query(f"Expecting either 'OR' or 'AND' but got '{self.tokens[self.at][1]}'.")
        if len(orders) > MOST_ORDERS:
            raise bad_query(f"The maximum number of fields in an ORDER BY is {MOST_ORDERS}.")
        return Query(test, tuple(orders), bounded)

    def _is(self, *words: str) -> bool:
        if self.at >= len(self.tokens):
            return False
        kind, text = self.tokens[self.at]
        return kind != "string" and text.casefold() in words

    def _take(self, *words: str) -> bool:
        if self._is(*words):
            self.at += 1
            return True
        return False

    def _next(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise bad_query("Unexpected end of the query.")
        self.at += 1
        return self.tokens[self.at - 1]

    def _either(self) -> Test:
        tests = [self._both()]
        while self._take("or", "||"):
            tests.append(self._both())
        return lambda issue: any(test(issue) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._take("and", "&&"):
            tests.append(self._one())
        return lambda issue: all(test(issue) for test in tests)

    def _one(self) -> Test:
        if self._take("not", "!"):
            test = self._one()
            return lambda issue: not test(issue)
        if self._take("("):
            test = self._either()
            if not self._take(")"):
                raise bad_query("Expecting ')' before the end of the query.")
            return test
        return self._comparison()

    def _comparison(self) -> Test:
        _, name = self._next()
        term = jqlfields.term(self.store, name, self.asking)
        if self._take("is"):
            negative = self._take("not")
            if not self._take("empty", "null"):
                raise bad_query("Expecting 'EMPTY' or 'NULL' after 'IS'.")
            return lambda issue: (not term.values(issue)) != negative
        if self._take("in"):
            return self._member(term, negative=False)
        if self._take("not"):
            if not self._take("in"):
                raise bad_query("Expecting 'IN' after 'NOT'.")
            return self._member(term, negative=True)
        kind, operator = self._next()
        if kind != "operator":
            raise bad_query(f"Expecting an operator but got '{operator}'. The field was '{name}'.")
        return _compared(term, operator, self._value(term))

    def _member(self, term: Term, *, negative: bool) -> Test:
        if not self._take("("):
            raise bad_query("Expecting '(' after 'IN'.")
        wanted = [self._value(term)]
        while self._take(","):
            wanted.append(self._value(term))
        if not self._take(")"):
            raise bad_query("Expecting ')' after a list of values.")
        if negative:
            return lambda issue: bool(term.values(issue)) and not any(v in wanted for v in term.values(issue))
        return lambda issue: any(v in wanted for v in term.values(issue))

    def _value(self, term: Term) -> Any:
        kind, text = self._next()
        if kind == "string":
            return term.read(re.sub(r"\\(.)", r"\1", text[1:-1]), quoted=True)
        if kind != "word":
            raise bad_query(f"Expecting a value but got '{text}'.")
        if self._take("("):
            if not self._take(")"):
                raise bad_query(f"The function '{text}' is not known here with arguments.")
            return term.call(text)
        if text.casefold() in ("empty", "null"):
            return None
        return term.read(text, quoted=False)

    def _orders(self) -> list[tuple[Callable[[Issue], Any], bool]]:
        if not self._take("by"):
            raise bad_query("Expecting 'BY' after 'ORDER'.")
        orders: list[tuple[Callable[[Issue], Any], bool]] = []
        while True:
            term = jqlfields.term(self.store, self._next()[1], self.asking)
            descending = self._take("desc")
            if not descending:
                self._take("asc")
            orders.append((term.order, descending))
            if not self._take(","):
                return orders


def _tokens(text: str) -> list[tuple[str, str]]:
    found, position = [], 0
    while position < len(text.rstrip()):
        match = TOKEN.match(text, position)
        if match is None:
            raise bad_query(f"The character '{text[position]}' at {position} is a reserved JQL character.")
        found.append((str(match.lastgroup), match.group(str(match.lastgroup))))
        position = match.end()
    return found


def _compared(term: Term, operator: str, wanted: Any) -> Test:
    if wanted is None:
        return lambda issue: (not term.values(issue)) == (operator == "=")
    match operator:
        case "=":
            return lambda issue: wanted in term.values(issue)
        case "!=":
            return lambda issue: bool(term.values(issue)) and wanted not in term.values(issue)
        case "~":
            return lambda issue: any(_contains(v, wanted) for v in term.values(issue))
        case "!~":
            return lambda issue: not any(_contains(v, wanted) for v in term.values(issue))
        case "<":
            return lambda issue: any(v < wanted for v in term.values(issue))
        case "<=":
            return lambda issue: any(v <= wanted for v in term.values(issue))
        case ">":
            return lambda issue: any(v > wanted for v in term.values(issue))
        case _:
            return lambda issue: any(v >= wanted for v in term.values(issue))


def _contains(value: Any, wanted: Any) -> bool:
    words = str(wanted).casefold().strip('"').rstrip("*").split()
    return all(word in str(value).casefold() for word in words)
