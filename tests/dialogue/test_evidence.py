"""What pasted text shows, and what it does not."""

import pytest

from bot.dialogue.evidence.find import find
from bot.model import Finding
from tests.dialogue.pasted_texts import (
    AVAILABLE,
    CERTIFICATE,
    DEVICES,
    ENGLISH_REPORT,
    JAPANESE_REPORT,
    NOT_AVAILABLE,
    UNKNOWN,
)


def names(text: str) -> list[str]:
    return [each.name for each in find(text)]


def quote(text: str, name: str) -> str:
    return next(each.quote for each in find(text) if each.name == name)


def test_a_whole_report_shows_everything_in_a_fixed_order() -> None:
    assert find(f"{CERTIFICATE}\n{ENGLISH_REPORT}{UNKNOWN}\n") == (
        Finding("serial_missing", "Serial Number (system): Not Available"),
        Finding("apns_certificate_missing", CERTIFICATE),
        Finding("macos_version", "10.11.4"),
        Finding("model", "MacBookPro11,2"),
    )


def test_a_report_in_japanese_shows_the_same() -> None:
    assert find(JAPANESE_REPORT) == (
        Finding("serial_missing", "シリアル番号(システム): 利用不可"),
        Finding("macos_version", "15.1"),
        Finding("model", "Mac14,2"),
    )


@pytest.mark.parametrize(
    "line",
    [
        NOT_AVAILABLE,
        "serial number (SYSTEM): not available",
        "Serial Number (system):\tNot Available",
        "Serial\u00a0Number\u00a0(system):\u00a0Not\u00a0Available",
        "> > Serial Number (system): Not Available",
        "`Serial Number (system): Not Available`",
        "```\nSerial Number (system): Not Available\n```",
        "- **Serial Number (system):** Not Available",
        "| Serial Number (system) | Not Available |",
        "<li>Serial Number (system): Not Available</li>",
        "$ Serial Number (system): Not Available",
        "taro@MacBook-Pro ~ % Serial Number (system): Not Available",
        "MacBook-Pro:~ taro$ Serial Number (system): Not Available",
        "It says “Serial Number (system): Not Available”.",
        "Se\u200brial Number (sys\u202etem): Not Avail\u00adable",
        "Ｓｅｒｉａｌ　Ｎｕｍｂｅｒ（ｓｙｓｔｅｍ）：Ｎｏｔ　Ａｖａｉｌａｂｌｅ",
        "\x1b[1mSerial Number\x1b[0m (system): Not Available",
        "S\0e\0r\0i\0a\0l\0 \0N\0u\0m\0b\0e\0r\0 \0(\0s\0y\0s\0t\0e\0m\0)\0:\0 \0N\0o\0n\0e\0",
        "Serial Number (system): SystemSerialNumb",
        "Serial Number (system): (null)",
        "Serial Number (system): 000000000000",
        "Serial Number (system):",
        "      シリアル番号（システム）：",
        "Serial Number (system):\n      Hardware UUID: 01234567",
        "Serial Number (system):\n      Not Available",
        "Model Name: iMac Serial Number (system): Not Available Hardware UUID: 01234567",
        "シリアル番号（システム）：利用不可",
        "シリアル番号 (システム): 使用不可",
        "シリアル番号(システム):該当なし",
        "ｼﾘｱﾙ番号（ｼｽﾃﾑ）: 利用できません",
        "「シリアル番号（システム）: 利用不可」と表示されました。",
        "シリアル番号 利用不可",
        "シリアル番号\u3000使用できません",
        "Serial Number  Not Available",
        "Serial number: Not available",
        '    | |   "IOPlatformSerialNumber" = "Not Available"',
        '"IOPlatformSerialNumber" = &quot;SystemSerialNumb&quot;',
        UNKNOWN,
        UNKNOWN.upper(),
        UNKNOWN.replace('"', "&quot;"),
        UNKNOWN.replace('"unknown"', "“unknown”"),
        UNKNOWN.replace("looks ", "looks\n> "),
        'Hardware SerialNumber "unknown" looks incorrect or invalid',
        'May  3 22:23:40 mac apsd[74]: Hardware SerialNumber "unknown" looks incorrect or invalid',
        'error\t22:23:40.981432+0900\tapsd\tHardware SerialNumber "unknown" looks incorrect or invalid',
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\u2028"])
def test_a_missing_serial_number_is_seen_in_whatever_it_is_wrapped(line: str, line_end: str) -> None:
    assert "serial_missing" in names(line.replace("\n", line_end))


@pytest.mark.parametrize(
    "line",
    [
        AVAILABLE,
        "Serial Number (system): W8733FBC9",
        "Serial Number (system): ABCDEFGHJK",
        "Serial Number (system): C02XXXXXXXXX",
        "Serial Number (system): ************",
        "Serial Number (system): [serial]",
        "Serial Number (system):\nC02AB1CDEF2G",
        "シリアル番号（システム）：C02AB1CDEF2G",
        "チップ Apple M1\nシリアル番号 C02AB1CDEF2G",
        "iMac\nシリアル番号：C02AB1CDEF2G です",
        "Processor 2.3 GHz\nSerial Number C02AB1CDEF2G",
        "Serial Number C02AB1CDEF2G\n起動ディスク Macintosh HD",
        "MacBook Pro\n16 GB\nSerial number C02AB1CDEF2G\nmacOS Ventura 13.4",
        '      "IOPlatformSerialNumber" = "C02AB1CDEF2G"',
    ],
)
def test_a_serial_number_is_seen_and_never_quoted(line: str) -> None:
    assert [each for each in names(line) if each.startswith("serial")] == ["serial_present"]
    assert "C02AB" not in quote(line, "serial_present")


@pytest.mark.parametrize(
    "text",
    [
        CERTIFICATE,
        f"> `{CERTIFICATE.lower()}`",
        f"{CERTIFICATE} {UNKNOWN}",
        "apsd[74]: Certificate not yet generated",
        "May  3 22:23:40 Taros-Mac apsd[74]: Certificate not yet generated",
        "5月  3 22:23:40 Mac apsd[74]: Certificate not yet generated",
        "default 22:23:40.981 apsd Certificate not yet generated",
        "2024-05-03 22:23:40.981432+0900 0x1a2b Info 0x0 74 0 apsd: (X) [x:y] Certificate not yet generated",
        "2024-05-03 22:23:40.981 Df apsd[74:1a2b] [com.apple.apsd:courier] Certificate not yet generated",
    ],
)
def test_apsd_waiting_for_its_certificate_is_seen_in_every_kind_of_log(text: str) -> None:
    assert "apns_certificate_missing" in names(text)


@pytest.mark.parametrize(
    "prose",
    [
        "",
        "what is a serial number?",
        "シリアル番号がわかりません",
        "シリアル番号：不明",
        "Serial number: unknown",
        "my serial number is not available on the box?",
        "If you see Serial Number (system): Not Available, go to an Apple Store.",
        'Look whether it reads "Serial Number (system): Not Available" there.',
        "「シリアル番号（システム）: 利用不可」と表示されていますか？",
        "シリアル番号（システム）: 利用不可 と出た場合は、お店へ。",
        "Please send me what stands after\nSerial Number (system):\nthank you",
        "Certificate not yet generated",
        "the certificate is not yet generated by our web server",
        "22:23:40 certbot[9]: Certificate not yet generated",
        "22:23:40 apsd Certificate not yet generated because nobody asked",
        "22:23:40 I read of an apsd[74]: Certificate not yet generated here",
        "apsd[74]: Certificate not yet generated because nobody asked",
        "Console may show apsd: Certificate not yet generated",
        'A line such as Hardware SerialNumber "unknown" looks incorrect or invalid means trouble.',
        "iPhone 14\niOS 17.1\nSerial Number F2LAB1CDEF2G",
        "iOS 17.1 にアップデートしました",
        "System Version: iOS 17.1",
        "iPadOS 18.1, watchOS 10.2",
        "ProductName: iPhone OS\nProductVersion: 17.1",
        "needs macOS 12 or later",
        "macOS 12.0以降が必要です",
        "from macOS 13.6 to macOS 14.1",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)",
        "MacBookPro11,2 or Mac14,2?",
        "I also have a MacBookPro11,2",
        "MacBookPro11,2 is what I had",
        "my other one says Model Identifier: MacBookPro11,2",
        "Model Identifier: MacBookPro11,2 was my old one",
        "what is Model Name: MacBook Pro",
        "Model Name: MacBook Pro was my old one",
        "macOS 14 is out, should I install on my phone? no I use iphone",
        "my phone is at 50 % macOS 14",
        "It began with macOS 14.1.",
        "OS X El Capitan（10.11.4）にしました",
        "is System Version: macOS 14.1 good?",
        "System Version: macOS 14.1 is what my friend has",
        "is it ProductVersion: 14.1",
        "Serial Number F2LW1234ABCD",
        "シリアル番号 F2LW1234ABCD",
        "iMessage\nmicrochip\nSerial Number F2LW1234ABCD",
        "22:23:40 rapportd[1]: peer model=MacBookPro18,3",
        "MacBook Pro",
        DEVICES,
    ],
)
def test_what_people_write_about_it_and_what_other_devices_have_is_no_evidence(prose: str) -> None:
    assert find(prose) == ()


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("System Version: macOS 14.1 (23B74)", "14.1"),
        ("      System Version: OS X 10.11.4 (15E65)", "10.11.4"),
        ("System Version: Mac OS X 10.6.8 (10K549)", "10.6.8"),
        ("システムのバージョン: macOS 14.1 (23B74)", "14.1"),
        ("ProductName:\t\tmacOS\nProductVersion:\t\t13.4\nBuildVersion:\t\t22F66", "13.4"),
        ("macOS Sonoma 14.1", "14.1"),
        ("macOS 15.1です", "15.1"),
        ("MACOS 26", "26"),
        ("macOS Monterey Version 12.6", "12.6"),
        ("macOSバージョン：１３．４", "13.4"),
        ("OS X El Capitan（10.11.4）", "10.11.4"),
        ("MacBook Pro\nmacOS Ventura 13.4 (22F66)\nmore words", "13.4"),
        ("System Version: OS X 10.11.4 (15E65) Kernel Version: Darwin 15.4.0", "10.11.4"),
        ("ProductName: macOS ProductVersion: 13.4 BuildVersion: 22F66", "13.4"),
        ("from macOS 13.6 on\nSystem Version: macOS 14.1 (23B74)\nnot macOS 15", "14.1"),
        ("System Version: macOS 14.1\nSystem Version: macOS 14.2", "14.2"),
    ],
)
def test_the_version_of_macos_is_read(text: str, version: str) -> None:
    assert quote(text, "macos_version") == version


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("Model Identifier: MacBookPro11,2", "MacBookPro11,2"),
        ("Model Name: MacBook Pro\nModel Identifier: Mac14,2", "Mac14,2"),
        ("Model Name: MacBook Pro", "MacBook Pro"),
        ("Model Name: Mac mini", "Mac mini"),
        ("機種名： iMac", "iMac"),
        ("機種ID: iMac12,1", "iMac12,1"),
        ("hw.model: Macmini8,1", "Macmini8,1"),
        ("% sysctl -n hw.model\nmacbookair7,2", "MacBookAir7,2"),
        ("iMac12,1", "iMac12,1"),
        ('"model" = <"MacBookPro11,2">', "MacBookPro11,2"),
        ("Hardware Overview: Model Name: iMac Model Identifier: iMac12,1 Memory: 8 GB", "iMac12,1"),
        ("Model Name: iMac Processor Name: x", "iMac"),
        ("Model Name: MacBook Pro (15-inch, 2014)", "MacBook Pro"),
        ("22:23:40 peer Mac14,2\nModel Identifier: iMacPro1,1\nMac15,3", "iMacPro1,1"),
    ],
)
def test_the_model_is_read_the_identifier_before_the_name(text: str, model: str) -> None:
    assert quote(text, "model") == model


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        ([UNKNOWN, AVAILABLE], "serial_present"),
        ([AVAILABLE, UNKNOWN], "serial_present"),
        ([AVAILABLE, NOT_AVAILABLE], "serial_missing"),
        ([NOT_AVAILABLE, AVAILABLE], "serial_present"),
        ([NOT_AVAILABLE, "Chip x", "Serial Number C02AB1CDEF2G"], "serial_missing"),
        ([NOT_AVAILABLE, DEVICES], "serial_missing"),
        ([AVAILABLE, DEVICES], "serial_present"),
    ],
)
def test_the_last_answer_of_the_profiler_counts_more_than_history_and_other_devices(
    lines: list[str], verdict: str
) -> None:
    assert names("\n".join(lines)) == [verdict]


def test_a_missing_certificate_comes_with_either() -> None:
    assert names(f"{CERTIFICATE}\n{AVAILABLE}") == ["serial_present", "apns_certificate_missing"]


def test_a_quoted_line_begins_at_its_time_and_hides_the_name_of_the_computer() -> None:
    line = "taro@example.com > May  3 22:23:40 Taros-MacBook-Pro apsd[74]: Certificate not yet generated"
    shown = "May 3 22:23:40 apsd[74]: Certificate not yet generated"
    assert quote(line, "apns_certificate_missing") == shown


@pytest.mark.parametrize("message", [UNKNOWN, CERTIFICATE])
@pytest.mark.parametrize("before", ["", "I see this in Console: ", "コンソールには"])
@pytest.mark.parametrize("after", [" what now?", ", call 4155552671", "と出ますがどうすれば"])
def test_a_log_line_between_words_is_seen_and_they_are_not_quoted(
    message: str, before: str, after: str
) -> None:
    assert [each.quote for each in find(before + message + after)] == [message]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "2016/05/03 22:13:48 host apsd[74]: user 4155552671 hardware serialnumber unknown looks invalid",
            '2016/05/03 22:13:48 apsd[74]: Hardware SerialNumber "unknown" looks invalid',
        ),
        (UNKNOWN.replace("unknown", "Taro Yamada 12"), UNKNOWN.replace("unknown", "[serial]")),
        (
            "22:23:40 apsd[4155552671]: Certificate not yet generated",
            "22:23:40 apsd: Certificate not yet generated",
        ),
        (
            "Bob 12 22:23:40 apsd[74]: Certificate not yet generated",
            "22:23:40 apsd[74]: Certificate not yet generated",
        ),
        (
            "2024-05-03 22:23:40.981432+0900 0x1a2b Info 0x0 4 0 apsd: (Taro) Certificate not yet generated?",
            "2024-05-03 22:23:40.981432+0900 apsd: Certificate not yet generated",
        ),
        ("> apsd[74]: certificate NOT YET generated", "apsd[74]: Certificate not yet generated"),
        ("Serial Number (system): taroXXXXyamada", "Serial Number (system): [serial]"),
        ("**Serial  Number (system):** not AVAILABLE.", "Serial Number (system): not AVAILABLE"),
    ],
)
def test_a_quote_holds_known_words_only(text: str, shown: str) -> None:
    assert [each.quote for each in find(text)] == [shown]


def test_quotes_are_masked_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.dialogue.evidence.find.mask", lambda _: "hidden")
    assert {each.quote for each in find(ENGLISH_REPORT + CERTIFICATE)} == {"hidden"}


def test_what_was_masked_already_shows_the_same() -> None:
    for text in (ENGLISH_REPORT, JAPANESE_REPORT, AVAILABLE, CERTIFICATE, UNKNOWN):
        assert [find(each.quote) for each in find(text) if " " in each.quote] == [
            (each,) for each in find(text) if " " in each.quote
        ]
