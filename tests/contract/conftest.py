"""Make pytest explain the asserts of the contract too, which is not in files named `test_…`."""

import pytest

pytest.register_assert_rewrite(
    *(f"tests.contract.{part}" for part in ("shorthand", "store_turns", "store_jobs", "store_values"))
)
