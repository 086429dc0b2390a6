"""Make pytest explain the asserts of the contract too, which are not in files named `test_…`."""

from pathlib import Path

import pytest

PARTS = sorted(path.stem for path in Path(__file__).parent.glob("store_*.py"))

pytest.register_assert_rewrite(*(f"tests.contract.{part}" for part in ("shorthand", "channel", *PARTS)))
