"""One damaged conversation on Slack costs whoever it belongs to: it is acknowledged, and they begin anew."""

import pytest

from tests.slack.program import WAYS, Scene, Way, begins, of_the_bot, person, played

TOO_LATE = ("http_timeout", "timeout")
"""What Slack says of an acknowledgement for which a busy machine took more than three seconds."""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["c", "l"])
def test_what_is_said_in_a_damaged_conversation_comes_once_and_others_are_answered(
    way: Way, name: str
) -> None:
    async def story(scene: Scene) -> None:
        ann, hana = person(scene, "en"), person(scene, "ja", "U0HANA")
        ann.writes_dm("iphone")
        await scene.until(lambda: of_the_bot(ann.sees()))
        await scene.settled()
        before = len(scene.slack.deliveries)
        with scene.redis.admin() as redis:
            key = next(redis.scan_iter("*:c:slack/*U0ANN")).replace(b":c:", f":{name}:".encode())
            redis.delete(key)
            redis.sadd(key, "another program's")
        ann.presses("Yes, it opens", of_the_bot(ann.sees())[-1])
        ann.writes_dm("hello?")
        hana.writes_dm("iPhone")
        await scene.until(lambda: of_the_bot(hana.sees()))
        await scene.until(lambda: len(of_the_bot(ann.sees())) == 3)
        assert "Delete my data" in of_the_bot(ann.sees())[-1].text
        await scene.until(lambda: all(each.acked for each in scene.slack.deliveries))
        attempts = [attempt for each in scene.slack.deliveries[before:] for attempt in each.attempts]
        assert {each.failed for each in attempts} <= {"", *TOO_LATE}
        assert sum(line["event"] == "event set aside" for line in scene.program.log) == 2
        ann.opens_home()
        await scene.until(lambda: ann.home)
        ann.presses_at_home("Delete my data")
        await scene.until(lambda: len(of_the_bot(ann.sees())) == 4)
        ann.writes_dm("iphone")
        await scene.until(lambda: len(of_the_bot(ann.sees())) == 5)
        assert begins(of_the_bot(ann.sees()))[-1].startswith("Step 1 of ")

    played(story, way)
