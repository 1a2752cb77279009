"""Times in whatever shape a remote writes them, as CKAN stores them: ISO 8601, in UTC, without a zone.

CKAN writes a `Z` behind what it stores when it hands a dataset to its search index: a time that comes with a zone ends as
`+00:00Z`, and Solr refuses the whole dataset.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

ZONE_TWICE = re.compile(r"([+-]\d\d:?\d\d) ?[Zz]$")
UTC_IN_WORDS = re.compile(r" ?(?:UTC|GMT)$", re.IGNORECASE)
NAME_OF_ZONE = re.compile(r"(?<=[+-]\d\d:\d\d|.[+-]\d\d\d\d|.{5}[Zz])\[[\w/+-]+\]$")  # Java and JavaScript write it
ZONE_OF_MAIL = re.compile(r"(?:UT|UTC|GMT|Z|[ECMP][SD]T)(?![\w+-])", re.IGNORECASE)  # RFC 2822 has no other names
OFFSET_OF_MAIL = re.compile(r"(?<=:\d\d )(?:GMT|UTC)?([+-]\d\d):?(\d\d)\b", re.IGNORECASE)  # JavaScript: GMT+0100 (CET)
ODD_OFFSET = re.compile(r"(?<=:\d\d )[+-](?!\d{4}\b)")
LAST_WORDS = re.compile(r"(?<=:\d\d )[A-Za-z].*")
HALF_DAY = re.compile(r"(?<![\d:])(0?[1-9]|1[0-2])(:\d\d(?::\d\d)?) ?([ap])\.?m\.?$", re.IGNORECASE)
DOTNET = re.compile(r"/Date\((-?\d{1,14})(?:[+-]\d{4})?\)/")  # milliseconds; the offset only says how to show them
FRACTION = re.compile(r"(?<=:\d\d)[.,](\d+)")
MONTH = re.compile(r"(\d{4})(?:-(\d\d))?")
COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?)?")
COMPACT_WITH_ZONE = re.compile(r"\d{8}T\d{4}.*", re.IGNORECASE)
YEAR_FIRST = re.compile(r"(\d{4})([-/.]) ?(\d{1,2})\2 ?(\d{1,2})\.?(?P<time>[ T].*)?")
EAST_ASIAN = re.compile(
    r"(?P<era>令和|平成|昭和)?(?P<year>(?(era)0?[1-9]\d?|\d{4})|(?(era)元|(?!)))[年년] ?"
    r"(?:(?P<month>\d{1,2})[月월] ?(?:(?P<day>\d{1,2})[日일] ?(?P<time>\d{1,2}[:時时시].*)?)?)?"
)
YEAR_WORDS = "年년"
BEFORE_ERA = {"令和": 2018, "平成": 1988, "昭和": 1925}  # the last year before each era of Japan
TIME_WORDS = re.compile(r"(?:[時时시分분]|(?<=\d)[秒초]) ?")
SINGLE_DIGIT = re.compile(r"(?<!\d)\d(?!\d)")
EARLIEST_YEAR, LATEST_YEAR = "1700", "2199"  # others, in other scripts, are years of other calendars: 1403, 2567
HOUR = re.compile(r"^[ T](\d)(?=:)")
END_OF_DAY = re.compile(r"(?<=T)24(?=:00)")
LEAP_SECOND = re.compile(r"(?<=T\d\d:\d\d:)60")
DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?:,? (\d{1,2}):(\d\d)(?::(\d\d))?)?")
SLASHED = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4})(?:,? (\d{1,2}):(\d\d)(?::(\d\d))?)?")
TIME = r"(?:,? (\d{1,2}):(\d\d)(?::(\d\d))?)?"
WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? )?"
DAY_AND_NAME = re.compile(rf"{WEEKDAY}(\d{{1,2}})(?:st|nd|rd|th)?([ -])([a-z]{{3,9}})\.?,?\2(\d{{4}}){TIME}", re.IGNORECASE)
NAME_AND_DAY = re.compile(rf"{WEEKDAY}([a-z]{{3,9}})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}}){TIME}", re.IGNORECASE)
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
EPOCH = re.compile(r"-?\d{9,13}")
MILLISECONDS = 10**11  # from here on a number counts milliseconds: as seconds it would be the year 5138
EARLIEST_EPOCH = 10**8  # seconds: smaller numbers are years, days, or anything
FIRST_DAY, LAST_DAY = 1000_01_01, 9999_12_31  # numbers that are written as days
FIRST_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST = 60  # characters of a time
HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2212"), "-")  # hyphen, hyphen without a break, minus; dashes are of ranges


def stored_time(value: Any) -> str | None:
    """A time as CKAN stores it, None when it isn't a time.

    Read are ISO 8601 (with or without zone; a date is its first second, a year or a month its first day), RFC 2822, seconds
    or milliseconds since 1970, 20240131, 20240131T235959Z, 2024/1/31, 31.1.2024, 31 January 2024, Jan 31, 2024, and 31/1/2024
    or 1/31/2024 (also with -) where one of the two numbers can't be a month; with AM or PM, the name of a zone in brackets
    behind its offset, or as .NET's /Date(1706659200000)/; in digits of any script, and with the East Asian words for year,
    month and day. A time without a zone is in UTC, as in CKAN.
    """
    if value.__class__ is str:
        return _from_text(value)
    if isinstance(value, datetime):
        return _naive(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int) and (1000 <= value <= 9999 or FIRST_DAY <= value <= LAST_DAY):
        return _from_text(str(value))
    return _since_epoch(value)


def _from_text(text: str) -> str | None:
    if text[4:5] == "-" and 10 <= len(text) <= LONGEST:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return _odd_text(text.strip())
        return text if moment.tzinfo is None and _as_stored(text) else _naive(moment)
    return _odd_text(text.strip())


def _as_stored(text: str) -> bool:
    """Whether a text that is ISO 8601 is written as CKAN writes it: neither by weeks, nor without colons, nor with other than
    six digits of a fraction.
    """
    if len(text) not in (19, 26):
        return False
    return text[7] == "-" and text[10] == "T" and text[13] == text[16] == ":" and text[19:20] in ("", ".")


def _odd_text(text: str) -> str | None:
    """One of the other shapes; the first that fits decides."""
    if not text or len(text) > LONGEST:
        return None
    plain = text if text.isascii() else _in_ascii(text)
    plain = HALF_DAY.sub(_of_whole_day, NAME_OF_ZONE.sub("", plain))
    moment = next((moment for read in READERS if (moment := read(plain))), None)
    return moment if moment and (EARLIEST_YEAR <= moment[:4] <= LATEST_YEAR or not _in_other_script(text)) else None


def _in_other_script(text: str) -> bool:
    return any(not sign.isascii() and (sign.isdigit() or sign in YEAR_WORDS) for sign in text)


def _in_ascii(text: str) -> str:
    """Digits of other scripts as 0 to 9, wide signs as narrow ones, hyphens and minus signs as -, 2024年4月1日 as 2024-04-01;
    no marks of direction.
    """
    plain = "".join(
        str(unicodedata.digit(sign, sign))
        for sign in unicodedata.normalize("NFKC", text).translate(HYPHENS)
        if unicodedata.category(sign) != "Cf"
    ).strip()
    if not (match := EAST_ASIAN.fullmatch(plain)):
        return plain
    era, year, month, day, time = match.group("era", "year", "month", "day", "time")
    if era:
        year = str(BEFORE_ERA[era] + (1 if year == "元" else int(year)))
    month, day = (f"-{part:0>2}" if part else "" for part in (month, day))
    clock = SINGLE_DIGIT.sub(r"0\g<0>", TIME_WORDS.sub(":", time or "").rstrip(":"))
    return f"{year}{month}{day} {clock}".rstrip()


def _of_whole_day(time: re.Match[str]) -> str:
    """A time with AM or PM as one of 24 hours."""
    hour = int(time[1]) % 12 + (12 if time[3] in "pP" else 0)
    return f"{hour:02}{time[2]}"


def _iso(text: str) -> str | None:
    whole = ZONE_TWICE.sub(r"\1", UTC_IN_WORDS.sub("Z", text))
    whole = FRACTION.sub(lambda match: f".{match[1][:6]:0<6}", whole).replace("t", "T").replace("z", "Z")
    if len(whole) < 10 or not (whole[4] == "-" or COMPACT_WITH_ZONE.fullmatch(whole)):
        return None
    whole, days = END_OF_DAY.subn("00", whole)
    whole, seconds = LEAP_SECOND.subn("59", whole)
    try:
        return _naive(datetime.fromisoformat(whole) + timedelta(days=days, seconds=seconds))
    except (ValueError, OverflowError):
        return None


def _year_first(text: str) -> str | None:
    """Where the year comes first, the month follows."""
    match = YEAR_FIRST.fullmatch(text)
    if not match:
        return None
    time = HOUR.sub(r"T0\1", match["time"] or "")
    return _iso(f"{match[1]}-{match[3]:0>2}-{match[4]:0>2}{time}")


def _named(text: str) -> str | None:
    """With an English name of the month, or its beginning."""
    if match := DAY_AND_NAME.fullmatch(text):
        day, _, name, year, *time = match.groups()
    elif match := NAME_AND_DAY.fullmatch(text):
        name, day, year, *time = match.groups()
    else:
        return None
    month = next((number for number, full in enumerate(MONTHS, 1) if full.startswith(name.lower())), None)
    return _built(year, month, day, *time) if month else None


def _month(text: str) -> str | None:
    match = MONTH.fullmatch(text)
    return _built(match[1], match[2] or 1, 1) if match else None


def _compact(text: str) -> str | None:
    match = COMPACT.fullmatch(text)
    return _built(*match.groups()) if match else None


def _dotted(text: str) -> str | None:
    """Where dots are between, the day comes first."""
    match = DOTTED.fullmatch(text)
    return _built(match[3], match[2], match[1], *match.groups()[3:]) if match else None


def _slashed(text: str) -> str | None:
    """Day or month first, where only one of them can be the month, or both are the same."""
    match = SLASHED.fullmatch(text)
    if not match:
        return None
    first, second = int(match[1]), int(match[3])
    if first != second and first <= 12 and second <= 12:
        return None
    day, month = (first, second) if first > 12 else (second, first)
    return _built(match[4], month, day, *match.groups()[4:])


def _dotnet(text: str) -> str | None:
    match = DOTNET.fullmatch(text)
    return _after_1970(milliseconds=int(match[1])) if match else None


def _epoch_text(text: str) -> str | None:
    return _since_epoch(int(text)) if EPOCH.fullmatch(text) else None


def _mail(text: str) -> str | None:
    """RFC 2822, as in HTTP headers and RSS, and what JavaScript makes of a Date. Names of other zones are left alone: several
    stand for more than one.
    """
    text = OFFSET_OF_MAIL.sub(r"\1\2", text)
    words = LAST_WORDS.search(text)
    if (words and not ZONE_OF_MAIL.match(words[0])) or ODD_OFFSET.search(text):
        return None
    try:
        return _naive(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


READERS: Sequence[Callable[[str], str | None]] = (
    *(_iso, _month, _compact, _year_first, _dotted, _slashed, _named, _epoch_text, _dotnet, _mail),
)


def _since_epoch(number: float) -> str | None:
    if not EARLIEST_EPOCH <= abs(number) < 10**14:
        return None
    return _after_1970(**{"milliseconds" if abs(number) >= MILLISECONDS else "seconds": number})


def _after_1970(**time: float) -> str | None:
    try:
        return _naive(FIRST_MOMENT + timedelta(**time))
    except OverflowError:  # before the year 1
        return None


def _built(*parts: str | int | None) -> str | None:
    """Of year, month, day, and as much of hour, minute and second as is known."""
    year, month, day, hour, minute, second = (*(int(part or 0) for part in parts), 0, 0, 0)[:6]
    try:
        return _naive(datetime(year, month, day, hour, minute, second, tzinfo=UTC))
    except ValueError:
        return None


def _naive(moment: datetime) -> str | None:
    try:
        return (moment.astimezone(UTC) if moment.tzinfo else moment).replace(tzinfo=None).isoformat()
    except (OverflowError, ValueError):
        return None
