"""The local Telegram as a process of its own."""

import json
import subprocess
import sys
from http.client import HTTPConnection


def test_it_serves_and_lets_people_act_line_by_line() -> None:
    command = [sys.executable, "-m", "tests.wire.telegram"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        begun = json.loads(process.stdout.readline())
        process.stdin.write('{"person": 5, "language": "ja", "does": "says", "with": ["こんにちは"]}\n')
        process.stdin.flush()
        wire = HTTPConnection(begun["url"].removeprefix("http://"))
        wire.request("GET", f"/bot{begun['token']}/getUpdates?timeout=10")
        [update] = json.load(wire.getresponse())["result"]
        wire.close()
        assert update["message"]["text"] == "こんにちは"
        assert json.loads(process.stdout.readline()) == {"method": "getUpdates", "arguments": {"timeout": 10}}
        process.stdin.close()
        assert process.wait(timeout=10) == 0
