"""Strict YAML: what is read, and what is refused with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError
from core.yaml_text import MAX_CHARACTERS, read_yaml


def test_only_the_plain_types_are_guessed():
    """A time stays text, Norway stays a country, and only true, false, null and numbers are more than text."""
    text = "{a: 10:30, b: NO, c: yes, d: 2026-01-01, e: true, f: null, g: 7, h: 1.5, i: 1e3, j: 0x10, k: ~}"
    assert read_yaml(text).data == {
        "a": "10:30",
        "b": "NO",
        "c": "yes",
        "d": "2026-01-01",
        "e": True,
        "f": None,
        "g": 7,
        "h": 1.5,
        "i": "1e3",
        "j": "0x10",
        "k": None,
    }


def test_lines():
    """Every value has its line."""
    document = read_yaml("a:\n  - b\n  - c: 1\n    d: 2\n", "x.yaml")
    assert str(document.fault(("a", 1, "d"), "is wrong")) == "x.yaml:4: a[1].d: is wrong"
    assert str(document.fault(("a", 1, "e"), "is missing")) == "x.yaml:3: a[1].e: is missing"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1\nb: 2\na: 3", "x.yaml:3: a: is given twice, first on line 1; keep one"),
        ("a: &x [1]\nb: *x", "x.yaml:2: aliases (*name) are not supported"),
        ("a: !!python/object:os.system x", "the tag tag:yaml.org,2002:python/object:os.system is not supported"),
        ("a: [1, 2", "x.yaml:2: is not YAML"),
        ("[" * 200 + "]" * 200, "is nested more than 40 levels deep"),
        ("? [a]\n: 1", "a key must be a plain word"),
        ("a: 1\n---\nb: 2", "is not YAML"),
        ("\x00", "is not YAML"),
        ("\ud800", "is not YAML"),
        ("a" * (MAX_CHARACTERS + 1), "is longer than 256 KiB"),
    ],
)
def test_refused(text, says):
    """What YAML allows and a configuration should not hold is a fault with its line."""
    with pytest.raises(ConfigError) as caught:
        read_yaml(text, "x.yaml")
    assert says in str(caught.value)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_nothing_else_is_raised(text):
    """Any text is data or a ConfigError."""
    try:
        read_yaml(text)
    except ConfigError as err:
        assert err.faults  # noqa: PT017 - most texts raise nothing
