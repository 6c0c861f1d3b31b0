"""Single numbers as people spell them, as Python spells them: decimal commas, thousands, percent, currencies."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from tagship_runtime.features import cells

POINT, COMMA = ".", ","

_CURRENCY = (
    r"(?:US|CA|AU|A|NZ|HK|S|R)?\$|[£¥\u20a0-\u20bf]|EUR|USD|GBP|CHF|JPY|INR|Rs\.?|CNY|CAD|AUD|NZD|HKD|SGD|S?Fr\.?|BRL|MXN|ZAR"
    r"|KRW|TRY|SEK|NOK|DKK|kr\.?|PLN|zł|CZK|Kč|HUF|RON"
)
SAME = {
    sign: first
    for first, *others in (
        ("€", "EUR"),
        ("$", "US$", "USD"),
        ("£", "GBP"),
        ("¥", "JPY"),
        ("₹", "INR", "Rs", "Rs."),
        ("CAD", "CA$"),
        ("AUD", "AU$", "A$"),
        ("NZD", "NZ$"),
        ("HKD", "HK$"),
        ("SGD", "S$"),
        ("BRL", "R$"),
        ("KRW", "₩"),
        ("TRY", "₺"),
        ("kr", "kr."),
        ("PLN", "zł"),
        ("CZK", "Kč"),
        ("CHF", "Fr", "Fr.", "SFr", "SFr."),
    )
    for sign in others
}
"""Signs of one currency, with the one that stands for it."""

_MINUS = "\u2212\u2013-"
"""Signs of negative numbers: that of mathematics, and what word processors and keyboards make of it."""

_SPACES = "'\u2019\u00a0\u202f\u2007\u2008\u2009\u200a "
"""Separators of thousands besides marks: apostrophes, and blanks of several widths."""

_PATTERN = re.compile(
    rf"(?P<sign>[+{_MINUS}]?)\s*"
    rf"(?P<before>%|{_CURRENCY})?"
    rf"\s*(?P<inner>[+{_MINUS}]?)"
    rf"(?P<digits>[0-9][0-9.,{_SPACES}]*|[.,][0-9]+)(?P<power>[eE][+-]?[0-9]+)?"
    rf"\s*(?P<after>%|{_CURRENCY})?"
)
VERSION = re.compile(r"[0-9]{1,3}\.([0-9]{1,3})")
MINUS = tuple(_MINUS)
SIGNS = (*MINUS, "+")

INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Marks without a width, which pages and office programs leave in cells."""

BESIDE = dict.fromkeys(map(ord, "_'\"=~*\u2019\u2020\u2030\u2248\u00b1"))
"""Marks beside digits with which these may be numbers to people: ="12", 12*, 12 \u2030, 12 \u00b1 0.5."""

ZERO = re.compile(rf"(?P<before>{_CURRENCY})\s*[\u2014{_MINUS}]|[\u2014{_MINUS}]\s*(?P<after>{_CURRENCY})")
"""Zero in the accounting formats of spreadsheets: ``$ -``."""

NEGATIVE = re.compile(rf"({_CURRENCY})?\s*\(([^()]*)\)\s*(%|{_CURRENCY})?")
"""A negative number in accounts: ``(12.75)`` and ``$ (12.75)``."""

NO_CENTS = re.compile(r"(?<=[0-9])(?:([.,])(?:--?|[\u2013\u2014])|/[-=])(?![0-9])")
"""Signs of no cents, as in 12.- and 500/-, which are no minus."""


def plain(text: str, decimal: str) -> str | None:
    """Return a number as Python spells it; None where it is none.

    A percentage is a share: ``12 %`` becomes 0.12, exactly rounded. A currency is dropped. ``(12)`` and ``12-`` are
    negative, as in accounts, and ``$ -`` is zero.

    Args:
        text: A cell.
        decimal: The mark before the fraction; the other one stands between thousands, as do blanks and apostrophes.
    """
    text = _without_cents(text)
    if ZERO.fullmatch(text):
        return "0"
    bare = _without_accounts_sign(text)
    if bare != text:
        number = None if bare[:1] in SIGNS or is_accounts_zero(bare) else plain(bare, decimal)
        return None if number is None or number[0] == "-" else f"-{number}"
    found = _PATTERN.fullmatch(text)
    if found is None or (found["sign"] and found["inner"]) or (found["before"] and found["after"]):
        return None
    other = COMMA if decimal == POINT else POINT
    whole, *fractions = found["digits"].rstrip().split(decimal)
    if len(fractions) > 1 or (fractions and fractions[0] and not fractions[0].isdigit()):
        return None
    marks = set(whole) - set("0123456789")
    if marks:
        groups = re.split(f"[{re.escape(''.join(marks))}]", whole)
        if len(marks) > 1 or not marks <= {other, *_SPACES} or not _are_groups(groups, marks) or found["power"]:
            return None
        whole = "".join(groups)
    percent = "%" in (found["before"], found["after"])
    if percent and found["power"]:
        return None
    sign = "-" if (found["sign"] or found["inner"]) in MINUS else ""
    fraction = f".{fractions[0]}" if fractions and fractions[0] else ""
    return f"{sign}{whole or 0}{fraction}{'e-2' if percent else found['power'] or ''}"


def _are_groups(groups: Sequence[str], marks: Collection[str]) -> bool:
    """Tell whether digits are divided as thousands are, or between commas as lakhs and crores: 1,69,894."""
    first, *between, last = map(len, groups)
    if groups[0][:1] in ("", "0") or last != 3:
        return False
    lakhs = first <= 2 and between and set(between) == {2} and COMMA in marks
    return bool(lakhs) or (first <= 3 and set(between) <= {3})


def is_made_of_digits(text: str) -> bool:
    """Tell whether a cell has nothing but digits and what may stand in a number, in whatever order these stand."""
    import unicodedata  # which readers on a device need not wait for

    bare = unicodedata.normalize("NFKC", text).translate(BESIDE)
    return _PATTERN.fullmatch(_without_accounts_sign(_without_cents(bare))) is not None


def sign_of(text: str) -> str:
    """Return the percent sign of a number, or its currency as :data:`SAME` has it, or nothing."""
    bare = _without_cents(text)
    found = ZERO.fullmatch(bare) or _PATTERN.fullmatch(_without_accounts_sign(bare))
    sign = "" if found is None else found["before"] or found["after"] or ""
    return SAME.get(sign, sign)


def is_accounts_zero(text: str) -> bool:
    """Tell whether a cell is a currency and a dash, which is zero among amounts of that currency."""
    return ZERO.fullmatch(_without_cents(text)) is not None


def _without_cents(text: str) -> str:
    """Return a text without blanks at its ends and what nobody sees, and without what says that there are no cents."""
    return NO_CENTS.sub(r"\1", INVISIBLE.sub("", text).strip())


def _without_accounts_sign(text: str) -> str:
    """Return what stands in parentheses, with a currency beside them, or before a minus; other texts as they are."""
    found = NEGATIVE.fullmatch(text)
    if found is not None:
        return " ".join(part.strip() for part in found.groups() if part and part.strip())
    return text[:-1].rstrip() if len(text) > 1 and text.endswith(MINUS) else text


def is_numeral(text: str) -> bool:
    """Tell whether a cell is a number under some decimal mark, as Python or as people spell it."""
    return is_plain(text) or plain(text, POINT) is not None or plain(text, COMMA) is not None


def may_be_versions(texts: Sequence[str]) -> bool:
    """Tell whether cells may be versions such as 1.5 and 2.10: what rounds gives all as many digits or drops zeros."""
    fractions = [found[1] for text in texts if (found := VERSION.fullmatch(text.strip()))]
    kept = any(fraction.endswith("0") for fraction in fractions)
    return kept and len(fractions) == len(texts) and len(set(map(len, fractions))) > 1


def way_of(text: str, decimal: str) -> str:
    """Name what is unusual about a number's spelling."""
    if is_accounts_zero(text):
        return "zero of an accounting format"
    ways = ["decimal comma"] if decimal == COMMA and COMMA in text else []
    other = POINT if decimal == COMMA else COMMA
    if other in text or re.search(rf"\d[{_SPACES}]\d", text):
        ways.append("thousands")
    if _without_accounts_sign(_without_cents(text)) != _without_cents(text):
        ways.append("negative")
    if sign := sign_of(text):
        ways.append("percent" if sign == "%" else "currency")
    return ", ".join(ways)


def is_plain(text: str) -> bool:
    """Tell whether a cell means what it says to :func:`tagship_runtime.features.cells.number`."""
    return is_float(text) or text.strip() in cells.BLANK or text.strip().lower() in cells.TRUTH


def is_float(text: str) -> bool:
    """Tell whether Python reads a text as a number, and everybody else does."""
    try:
        float(text)
    except ValueError:
        return False
    return cells.UNDERSCORE not in text
