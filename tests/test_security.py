"""`.github/SECURITY.md`: each threat has a control, and each control tests that are there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests"
POLICY = (ROOT / ".github" / "SECURITY.md").read_text()
THREATS = dict(re.findall(r"^\| (S\d+) \| (.+) \|$", POLICY, re.MULTILINE))
PRODUCT = sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "adapters").rglob("*.py")])
RUNS_WHAT_IT_READS = {"pickle", "marshal", "shelve", "dill", "jsonpickle", "code", "runpy"}


def test_no_threat_is_left_out() -> None:
    assert list(THREATS) == [f"S{number}" for number in range(1, 23)]


@pytest.mark.parametrize("threat", THREATS)
def test_what_is_said_to_prove_a_control_is_there(threat: str) -> None:
    proofs = re.findall(r"`([\w/]+\.py)::(\w+)`", THREATS[threat])
    assert proofs
    assert [f"{path}::{name}" for path, name in proofs if name not in _functions(path)] == []


def test_the_readme_leads_to_it() -> None:
    assert "](.github/SECURITY.md)" in (ROOT / "README.md").read_text()


def test_what_operators_can_do_is_out_of_reach_of_the_chat() -> None:
    """Listing what is parked and taking it up again is done by commands of the program alone."""
    callers = {
        path.relative_to(ROOT)
        for path in PRODUCT
        for name in _called(path)
        if name.rpartition(".")[2] in {"unpark", "parked"}
    }
    outside = [path for path in callers if not path.is_relative_to("bot/commands")]
    assert callers
    assert [path for path in outside if not path.is_relative_to("adapters/store")] == []


def test_nothing_is_read_that_could_run() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in PRODUCT
        for name in _called(path) | _imported(path)
        if name in {"eval", "exec", "yaml.load", "yaml.unsafe_load"} | RUNS_WHAT_IT_READS
    }
    assert found == set()


def test_the_nightly_lane_audits_what_is_deployed() -> None:
    nightly = (ROOT / ".ci" / "nightly").read_text()
    assert re.search(r"pip-audit\S* .*--strict.*\$lock", nightly)
    assert {"requirements.lock", ".ci/build.lock"} <= set(re.findall(r"\S+\.lock", nightly))
    assert "cyclonedx" in nightly


@cache
def _functions(path: str) -> frozenset[str]:
    file = TESTS / path
    tree = ast.parse(file.read_text()) if file.exists() else ast.Module([], [])
    return frozenset(
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def _called(path: Path) -> set[str]:
    return {ast.unparse(node.func) for node in ast.walk(_tree(path)) if isinstance(node, ast.Call)}


def _imported(path: Path) -> set[str]:
    nodes = list(ast.walk(_tree(path)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
