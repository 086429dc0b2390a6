"""The local Slack as a process of its own."""

import json
import subprocess
import sys
from http.client import HTTPConnection
from urllib.parse import urlsplit


def test_it_serves_and_lets_people_act_line_by_line() -> None:
    command = [sys.executable, "-m", "tests.wire.slack"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        begun = json.loads(process.stdout.readline())
        act = {"person": "U0HANA", "locale": "ja-JP", "does": "mentions", "with": ["#general", "こんにちは"]}
        process.stdin.write(f"{json.dumps(act)}\n")
        process.stdin.flush()
        wire = HTTPConnection(urlsplit(begun["api_url"]).netloc)
        wire.request("GET", "/api/auth.test", headers={"Authorization": f"Bearer {begun['bot_token']}"})
        assert json.load(wire.getresponse())["user_id"] == "U0SUPPORT"
        wire.close()
        assert json.loads(process.stdout.readline()) == {"method": "auth.test", "arguments": {}, "error": ""}
        process.stdin.close()
        assert process.wait(timeout=10) == 0
