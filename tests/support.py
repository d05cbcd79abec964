"""What several test modules share."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"


def shared(*parts: str) -> Path:
    """Return a path in the reference material beside the checkout, or skip the test by name where it is absent."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"the reference material shared/{'/'.join(parts)} does not lie beside this checkout")
    return path
