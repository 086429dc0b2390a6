"""Keeps the tests of this folder on this machine."""

import pytest


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reach the local servers directly, whatever proxy the machine is behind."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
