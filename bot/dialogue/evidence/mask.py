"""Hides what identifies a person or a machine in pasted text, and leaves the evidence readable."""

import re


def mask(text: str) -> str:
    """Replace secrets, addresses, numbers of people and of machines by short marks such as `[serial]`.

    Dates, times, versions, processes (`apsd[74]`) and model identifiers stay. Masking twice changes nothing
    more. Where a number could be either, it is hidden. The time is linear in the length of the text: no
    pattern looks further than 64 characters ahead of where it begins, unless none that begins later looks
    there again. At worst that is about a second a megabyte, and two thirds of that for a log.
    """
    for pattern, mark in _MASKS:
        text = pattern.sub(mark, text)
    return text


# The order matters: a mark must not lend its neighbours a meaning that an earlier pattern would then see.
# Every pattern therefore begins and ends at a character that no other one takes away, and no label reaches
# across the brackets of a mark. Words end at ASCII letters only, because Japanese puts no space between.

_START = r"(?<![0-9A-Za-z])"
_END = r"(?![0-9A-Za-z])"
_TO_VALUE = r"[^0-9A-Za-z\n\[\]]{0,12}"

_SECRET = re.compile(
    r"(?P<label>(?:pass ?(?:word|code|phrase)|passwd|pwd|verification code"
    r"|パス(?:ワード|コード|フレーズ)|暗証番号|確認コード)"
    r"[\"'`*_) ]{0,4}(?:[:：=]|は(?=\s*+[!-~])|\bis\b)\s*+)(?!\[secret\])[^\n]+",
    re.IGNORECASE,
)
_MAIL_CHARACTER = r"[0-9A-Za-z._%+\-]"
_E_MAIL = re.compile(rf"(?<!{_MAIL_CHARACTER}){_MAIL_CHARACTER}++(?:[@＠]{_MAIL_CHARACTER}++)+")
_HOST = re.compile(r"(?<=[0-9]:[0-9]{2}:[0-9]{2} )[\w.\-]++(?= [^\s\[\]:]++\[[0-9]++\])")

_UUID = re.compile(rf"{_START}[0-9A-Fa-f]{{8}}-(?:[0-9A-Fa-f]{{4}}-){{3}}[0-9A-Fa-f]{{12}}{_END}")
_UDID = re.compile(rf"{_START}[0-9A-Fa-f]{{8}}-[0-9A-Fa-f]{{16}}{_END}")
_LONG_NUMBER = re.compile(rf"{_START}(?:[0-9]{{15,}}+|[0-9A-Fa-f]{{24,}}+){_END}")
_GROUPED_IMEI = re.compile(rf"{_START}[0-9]{{2}}[ \-][0-9]{{6}}[ \-][0-9]{{6}}[ \-][0-9]{{1,2}}{_END}")
_LABELLED_ID = re.compile(
    rf"(?P<label>(?:IMEI|MEID|ICCID|EID|UDID|UUID)[0-9]?{_TO_VALUE})"
    rf"[0-9A-Fa-f](?:[ \-]?[0-9A-Fa-f]){{9,}}+{_END}",
    re.IGNORECASE,
)

_LABELLED_SERIAL = re.compile(
    r"(?P<label>(?i:serial(?:[ _]?(?:number|num|no))?|シリアル(?:番号|ナンバー)?|製造番号|s/n)"
    rf"[ *_`\"']{{0,4}}(?:[(（][^()（）\n]{{0,20}}[)）])?{_TO_VALUE}(?i:is )?)"
    r"(?=[A-Za-z]{0,64}+[0-9]|[A-Z]{8})[0-9A-Za-z]{6,}+",
)
_SERIAL = re.compile(
    rf"{_START}(?=[A-Z]*+[0-9])(?=[0-9]*+[A-Z])(?![0-9]{{8}}T[0-9])[0-9A-Z]{{10,17}}(?![0-9A-Za-z]|,[0-9])"
)

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_IP4 = re.compile(rf"(?<![0-9A-Za-z.])(?:{_OCTET}\.){{3}}{_OCTET}(?!\.?[0-9A-Za-z\[])")
_IP6 = re.compile(
    r"(?<![0-9A-Za-z:])(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}"
    r"|(?:fe80|f[cd][0-9a-f]{2}|2[0-9a-f]{3})(?=[0-9a-f:]{0,35}::)(?::{1,2}[0-9a-f]{1,4}){1,7})(?!:?[0-9A-Za-z\[])",
    re.IGNORECASE,
)
_HARDWARE_ADDRESS = re.compile(
    r"(?<![0-9A-Za-z:\-])[0-9A-Fa-f]{2}(?:[:\-][0-9A-Fa-f]{2}){5}(?![:\-]?[0-9A-Za-z\[])"
)

_BETWEEN = r"[ .()（）\-‐‑–－]{0,2}"
_NOT_IN_NUMBER = r"(?:(?<![0-9A-Za-z+])(?<![0-9][.\-:])(?<!\[phone\][.\-:])|(?=[(（]))"
_DATE_OR_CLOCK = r"(?:19|20)[0-9]{2}[/.\-][0-9]{1,2}[/.\-][0-9]|[0-9]{1,2}:[0-9]{2}"
_AFTER_CLOCK = r"(?<!:[0-9]{2})(?<!:[0-9]{2}\.[0-9]{3})(?<!:[0-9]{2}\.[0-9]{6})"
_LABELLED_PHONE = re.compile(
    r"(?P<label>(?<![A-Za-z])(?:tel|phone|mobile|電話番号|電話|携帯)(?: ?number| ?no\.?)?\s?[:：]\s?)"
    rf"[+＋]?\d(?:{_BETWEEN}\d){{6,14}}{_END}",
    re.IGNORECASE,
)
_WORLD_PHONE = re.compile(rf"{_AFTER_CLOCK}[+＋]\d(?:{_BETWEEN}(?!{_DATE_OR_CLOCK})\d){{7,}}+{_END}")
_JAPANESE_PHONE = re.compile(
    rf"{_NOT_IN_NUMBER}(?![0-9]{{2}}[.\-][0-9]{{2}}[.\-](?:19|20)[0-9]{{2}})"
    rf"[(（]?[0０](?:{_BETWEEN}\d){{9,10}}(?![0-9A-Za-z]|:[0-9\[])"
)
_AMERICAN_PHONE = re.compile(
    rf"{_NOT_IN_NUMBER}(?:1[ .\-])?\(?[0-9]{{3}}(?:\)[ .\-]?|[ .\-])[0-9]{{3}}[ .\-][0-9]{{4}}{_END}"
)

_MASKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (_SECRET, r"\g<label>[secret]"),
    (_E_MAIL, "[e-mail]"),
    (_HOST, "[host]"),
    (_UUID, "[id]"),
    (_UDID, "[id]"),
    (_HARDWARE_ADDRESS, "[address]"),
    (_IP6, "[address]"),
    (_IP4, "[address]"),
    (_LABELLED_SERIAL, r"\g<label>[serial]"),
    (_LABELLED_ID, r"\g<label>[id]"),
    (_LABELLED_PHONE, r"\g<label>[phone]"),
    (_LONG_NUMBER, "[id]"),
    (_GROUPED_IMEI, "[id]"),
    (_SERIAL, "[serial]"),
    (_WORLD_PHONE, "[phone]"),
    (_JAPANESE_PHONE, "[phone]"),
    (_AMERICAN_PHONE, "[phone]"),
)
