"""What is hidden in pasted text, and what stays readable."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.evidence.mask import mask
from tests.bench.evidence import HOSTILE, repeated


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Serial Number (system): C02AB1CDEF2G", "Serial Number (system): [serial]"),
        ("シリアル番号（システム）：C02AB1CDEF2G", "シリアル番号（システム）：[serial]"),
        ("シリアル番号はc02ab1cdef2gです", "シリアル番号は[serial]です"),
        ('"IOPlatformSerialNumber" = "C02AB1CDEF2G"', '"IOPlatformSerialNumber" = "[serial]"'),
        ("Serial No. ABCDEFGHJK", "Serial No. [serial]"),
        ("I have J1GN9K4DWQ here", "I have [serial] here"),
        ("Hardware UUID: 01234567-89AB-CDEF-0123-456789ABCDEF", "Hardware UUID: [id]"),
        ("UDID 00008103-001A2B3C4D5E6F70", "UDID [id]"),
        ("0123456789abcdef0123456789abcdef01234567", "[id]"),
        ("IMEI: 35 123456 123456 1", "IMEI: [id]"),
        ("x 35 123456 123456 7", "x [id]"),
        ("x 35-123456-123456-17", "x [id]"),
        ("IMEIは351234561234561です", "IMEIは[id]です"),
        ("taro.yamada+x@mail.example.co.jp まで", "[e-mail] まで"),
        ("連絡先taro＠example.com", "連絡先[e-mail]"),
        ("+81 (0)90-1234-5678", "[phone]"),
        ("tel:+14085551234", "tel:[phone]"),
        ("+81 90-1234-5678 2016/05/03", "[phone] 2016/05/03"),
        ("090-1234-5678へ", "[phone]へ"),
        ("０９０－１２３４－５６７８", "[phone]"),
        ("03(1234)5678", "[phone]"),
        ("0312345678", "[phone]"),
        ("0120-123-456", "[phone]"),
        ("(408) 555-1234, 408.555.1234, 1-800-275-2273", "[phone], [phone], [phone]"),
        ("電話番号：4085551234", "電話番号：[phone]"),
        ("from 192.168.0.12 to fe80::1c2b:3a", "from [address] to [address]"),
        ("en0 a4:83:e7:01:23:45", "en0 [address]"),
        ("Password: correct horse", "Password: [secret]"),
        ("my passcode is 123456", "my passcode is [secret]"),
        ("パスワードはhunter2です", "パスワードは[secret]"),
        ("パスワード：\nひみつ", "パスワード：\n[secret]"),
        ("May  3 22:23:40 Taros-Mac apsd[74]: x", "May  3 22:23:40 [host] apsd[74]: x"),
    ],
)
def test_what_identifies_a_person_or_a_machine_is_hidden(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        '2016/05/03 22:13:48.232 apsd[74]: Hardware SerialNumber "unknown" looks incorrect or invalid',
        "2024-05-03 22:23:40.981432+0900 0x1a2b  Default  0x0  74  0  apsd: (ApplePushService) x",
        "2024-05-03T22:23:40Z 20240503T222340 05-03-2016 22:23:40 1462281820",
        "May  3 22:23:40 apsd[74]: Certificate not yet generated",
        "Serial Number (system): Not Available",
        "シリアル番号（システム）: 利用不可",
        "Serial Number (system): SystemSerialNumb",
        "System Version: OS X 10.11.4 (15E65)",
        "Model Identifier: MacBookPro11,2 MACBOOKPRO11,2 Mac14,2 iMac12,1",
        "Boot ROM Version: MBP112.0138.B17, SMC Version (system): 2.18f15, 1968.100.17.0.0",
        "パスワードを忘れました",
        "iPhone 14 16.1 2024-05-03",
    ],
)
def test_what_makes_evidence_readable_stays(text: str) -> None:
    assert mask(text) == text


SERIAL = st.from_regex(r"C0[0-9][A-Z0-9]{9}", fullmatch=True)
ADDRESS = st.from_regex(r"[a-z]{1,9}[.][a-z0-9]{1,9}@[a-z]{2,9}[.](com|co[.]jp)", fullmatch=True)
PHONE = st.from_regex(r"(0[789]0-|[+]81 90-|[+]1 408 )[0-9]{4}-[0-9]{4}", fullmatch=True)
AROUND = st.sampled_from(
    ["", " ", "は", "「", "」", "\n", ":", ": ", ",", "/", "(", ")", "です", "[", "]", "<", ">"]
)


@given(AROUND, SERIAL | ADDRESS | PHONE, AROUND)
def test_a_canary_never_survives(before: str, canary: str, after: str) -> None:
    assert canary not in mask(before + canary + after)


PIECES = st.sampled_from(
    [
        *HOSTILE.values(),
        *re.findall(
            r"\w+|\W", "serial number: [serial] C02AB1CDEF2G 01234567-89AB-CDEF-0123-456789ABCDEF a@b.c"
        ),
        *re.findall(
            r"\S+|\s", "password: is は [secret] IMEI tel: +81 (03) 1234-5678 408 555-1234 0312345678"
        ),
        *[
            "22:23:40",
            ".981",
            "10.11.4.5",
            "a4:83:e7:01:23:45",
            "fe80::1",
            "apsd[74]",
            "[",
            "]",
            "(",
            "-",
            "_",
            ".",
        ],
    ]
)
ANYTHING = st.text(st.characters(codec=None)) | st.lists(PIECES, max_size=20).map("".join)


@given(ANYTHING)
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


@pytest.mark.parametrize("name", HOSTILE)
def test_masking_long_text_comes_to_an_end(name: str) -> None:
    assert isinstance(mask(repeated(HOSTILE[name])[:20_000]), str)
