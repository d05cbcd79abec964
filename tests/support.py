"""What several test modules share."""

import os
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"


def shared(*parts: str) -> Path:
    """Return a path in the reference material beside the checkout, or skip the test by name where it is absent."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"the reference material shared/{'/'.join(parts)} does not lie beside this checkout")
    return path


def missing(what: str, remedy: str) -> NoReturn:
    """Skip a test by name for want of something installed; in CI, which installs everything, fail it."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing although CI installs it: {remedy}")
    pytest.skip(f"{what} is not installed ({remedy})")
