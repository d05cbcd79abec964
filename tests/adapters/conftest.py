"""Lets pytest explain the asserts of the contract suite, which lives in the package."""

import pytest

pytest.register_assert_rewrite("adapters.testing")
