"""The Dockerfile and docker-compose.yml, as far as they can be tried without Docker."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from packaging.utils import canonicalize_name

from adapters.health.application import health_application
from adapters.store.redis.examine import examine_redis
from adapters.web.server import WebServer
from tests.environment import known_settings
from tests.ports import free_port
from tests.redis_server import RedisServer
from tests.test_lock import needed_pins

ROOT = Path(__file__).parents[1]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
BOT, REDIS = COMPOSE["services"]["bot"], COMPOSE["services"]["redis"]
DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
STEPS = [
    (word, rest) for word, _, rest in (line.partition(" ") for line in DOCKERFILE.splitlines()) if word != "#"
]
NOTICE = r"^(\S+) (\S+)\nLicence: .+\nSource: https?://"
ENOUGH = 300
"""Seconds for installing, of which nearly all is waiting for packages that are not cached."""


def steps(word: str) -> list[str]:
    """Give what follows that word of the Dockerfile, each time that it stands there."""
    return [rest for each, rest in STEPS if each == word]


def copied() -> list[str]:
    """Give what the image is made of."""
    return [name for line in steps("COPY") if "--from" not in line for name in line.split()[:-1]]


# --- Dockerfile -------------------------------------------------------------------------------------------


def test_the_linter_of_dockerfiles_finds_nothing() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    if not hadolint.exists():
        pytest.skip("hadolint comes as a wheel for Linux on x86_64 only")
    done = subprocess.run(
        [hadolint, "--no-color", "Dockerfile"], cwd=ROOT, capture_output=True, check=False, encoding="utf-8"
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_all_that_is_copied_is_there_and_let_through() -> None:
    let_through = set(re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    assert set(copied()) == let_through
    assert all((ROOT / name).exists() for name in copied())


def test_what_others_made_is_pinned() -> None:
    """An image's tag names the version and the system; of pip's packages each has a hash."""
    bases = {rest.partition(" ")[0] for rest in steps("FROM")}
    assert len(bases) == 1, "built and run with the same Python"
    for image in (*bases, REDIS["image"]):
        assert re.fullmatch(r"[a-z]+:\d+\.\d+\.\d+-[a-z]+(-[a-z]+)?(@sha256:[0-9a-f]{64})?", image)
    installs = [each for line in steps("RUN") for each in line.split("&&") if "pip install" in each]
    assert installs
    assert all("--require-hashes" in each or "--no-deps --no-index" in each for each in installs)
    assert all("--no-build-isolation" in line for line in steps("RUN") if "pip wheel" in line)


def test_it_runs_as_nobody_special_and_hears_the_signal_itself() -> None:
    words = [word for word, _ in STEPS]
    (user,) = steps("USER")
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)
    assert not {"RUN", "COPY", "ADD"} & set(words[words.index("USER") :])
    assert (steps("ENTRYPOINT"), steps("CMD")) == (['["imessage-support"]'], ['["run"]'])
    assert steps("STOPSIGNAL") == ["SIGTERM"]


def test_its_health_check_sees_whether_the_program_lives() -> None:
    (line,) = steps("HEALTHCHECK")
    _, *command = json.loads(line.partition("CMD ")[2])

    def look(port: int) -> int:
        known = {**os.environ, "HEALTH_PORT": str(port), "HTTP_PROXY": "http://127.0.0.1:9"}
        done = subprocess.run(
            [sys.executable, *command], env=known, check=False, capture_output=True, timeout=30
        )
        return done.returncode

    async def serve() -> int:
        server = WebServer(health_application(dict, bytes), "127.0.0.1", 0)
        try:
            return await asyncio.to_thread(look, await server.start())
        finally:
            await server.stop()

    assert asyncio.run(serve()) == 0
    assert look(free_port()) != 0


def test_its_commands_install_a_program_that_works(tmp_path: Path) -> None:
    """They are run as they stand there, with the folders of this test and this Python."""
    source, app = tmp_path / "source", tmp_path / "app"
    source.mkdir()
    for name in copied():
        where = source / name
        where.parent.mkdir(exist_ok=True)
        kept_out = shutil.ignore_patterns("__pycache__")
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, where, ignore=kept_out)
        else:
            shutil.copy(ROOT / name, where)
    commands = [line.replace("/app", str(app)) for line in steps("RUN")]
    for command in [*commands, f"cd / && {app}/bin/imessage-support check"]:
        shell = ["bash", "-c", command.replace("python -m venv", f"{sys.executable} -m venv")]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        done = subprocess.run(
            shell,
            cwd=source,
            env={**kept, "PIP_NO_COMPILE": "1"},
            capture_output=True,
            check=False,
            timeout=ENOUGH,
            encoding="utf-8",
        )
        assert done.returncode == 0, done.stderr
    notices = (app / "THIRD_PARTY.txt").read_text()
    told = {(canonicalize_name(name), version) for name, version in re.findall(NOTICE, notices, re.MULTILINE)}
    assert {(pin.name, str(pin.specifier).removeprefix("==")) for pin in needed_pins()} <= told
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in notices


# --- what runs it -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", sorted((ROOT / ".github" / "workflows").iterdir()), ids=lambda path: path.name
)
def test_a_workflow_runs_a_script_of_ours_and_may_only_read(path: Path) -> None:
    schema = files("check_jsonschema") / "builtin_schemas" / "vendor" / "github-workflows.json"
    workflow = yaml.safe_load(path.read_text())
    jsonschema.validate({"on": workflow.pop(True), **workflow}, json.loads(schema.read_text()))  # YAML's "on"
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    (script,) = [step["run"] for step in steps if "run" in step]
    assert os.access(ROOT / script, os.X_OK)
    assert workflow["permissions"] == {"contents": "read"}


# --- docker-compose.yml -----------------------------------------------------------------------------------


def test_it_follows_the_schema_of_compose() -> None:
    schema = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    jsonschema.validate(COMPOSE, json.loads(schema.read_text()))


def test_any_number_of_workers_can_run_beside_each_other() -> None:
    assert not {"container_name", "ports", "hostname", "volumes"} & set(BOT)


def test_no_port_is_open_to_the_outside() -> None:
    assert not [name for name, service in COMPOSE["services"].items() if "ports" in service]


def test_the_bot_can_do_little_and_comes_back() -> None:
    hardened: dict[str, Any] = {
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "restart": "unless-stopped",
        "build": ".",
    }
    assert hardened.items() <= BOT.items()
    assert BOT["depends_on"] == {"redis": {"condition": "service_healthy"}}
    assert REDIS["restart"] == "unless-stopped"
    assert REDIS["volumes"] == ["redis:/data"]
    assert "redis" in COMPOSE["volumes"]


def test_its_redis_is_one_that_the_doctor_is_content_with() -> None:
    program, *options = REDIS["command"]
    assert program == "redis-server"
    with RedisServer(*options) as server:
        found = asyncio.run(examine_redis(server.url, replicas=0, clock=lambda: datetime.now(UTC)))
    assert [finding for finding in found if finding.grade != "ok"] == []


# --- .env.example -----------------------------------------------------------------------------------------


def test_every_variable_in_the_example_is_a_setting() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    named = {line.partition("=")[0].lstrip("#") for line in lines if re.match(r"#?[A-Z_]+=", line)}
    assert named - {"TZ"} <= known_settings()
    assert "REDIS_URL" in named
