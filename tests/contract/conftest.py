"""Make pytest explain the asserts of the contract too, which are not in files named `test_…`."""

import pytest

PARTS = ("shorthand", "store_turns", "store_jobs", "store_lanes", "store_values")

pytest.register_assert_rewrite(*(f"tests.contract.{part}" for part in PARTS))
