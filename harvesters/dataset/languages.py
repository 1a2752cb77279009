"""Values that are objects by language, {"de": "Bäume", "en": "Trees"}, as ckanext-fluent and DCAT-AP portals have them.

Where the target has no place for such an object, the text in one language is kept. Which one, in this order: the first of the
source's option `languages` that has a text, English, the first that has a text.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from harvesters.dataset.storable import is_missing

LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*")  # BCP 47, with the codes of ISO 639
SHORT = dict(
    re.findall(
        r"(\w+):(\w+)",
        """
        ara:ar bel:be bos:bs bul:bg cat:ca ces:cs chi:zh cym:cy cze:cs dan:da deu:de dut:nl ell:el eng:en est:et eus:eu
        fas:fa fin:fi fra:fr fre:fr ger:de gle:ga glg:gl gre:el heb:he hin:hi hrv:hr hun:hu hye:hy isl:is ita:it jpn:ja
        kat:ka kor:ko lav:lv lit:lt ltz:lb mkd:mk mlt:mt msa:ms nld:nl nno:nn nob:nb nor:no pol:pl por:pt roh:rm ron:ro
        rum:ro rus:ru slk:sk slv:sl sme:se spa:es sqi:sq srp:sr swe:sv tha:th tur:tr ukr:uk urd:ur vie:vi zho:zh
        """,
    )
)
"""Codes of three letters that portals write, with those of two."""
WITHOUT_SHORT = frozenset(
    (
        *("mul", "und", "mis", "zxx"),  # several, undetermined, none of the codes, no language at all
        *("ast", "cnr", "csb", "dsb", "frp", "frr", "fur", "gsw", "hsb", "krl", "ksh", "lij", "lld", "lmo"),
        *("ltg", "mwl", "nds", "olo", "pms", "rue", "scn", "sco", "sgs", "sma", "smj", "smn", "stq", "szl"),
        *("vec", "vep", "vro", "arz", "ckb", "ceb", "cmn", "fil", "haw", "kab", "kmr", "yue", "nan", "wuu", "zgh"),
    )
)
"""Codes of languages that have none of two letters, but for those that are words of files and forms ("bar", "ext", "sms"); any
other word of three letters is no language."""
CARRIED = re.compile(r"[a-z]{2,8}(?:-[0-9A-Za-z]{1,8})*")  # what ckanext-fluent takes as a language
FALLBACK = "en"


def by_language(value: Any) -> bool:
    """Whether a value is an object of texts by language."""
    return (
        isinstance(value, Mapping)
        and bool(value)
        and all(_is_language(key) for key in value)
        and all(text is None or isinstance(text, str) for text in value.values())
    )


def opened(value: Any) -> Any:
    """An object by language, also where it comes as the text of its JSON; any other value as it is."""
    if isinstance(value, str) and value[:1] == "{" and value[-1:] == "}":
        try:
            inner = orjson.loads(value)
        except ValueError:
            return value
        return inner if by_language(inner) else value
    return value


def _is_language(key: Any) -> bool:
    match = LANGUAGE.fullmatch(key) if isinstance(key, str) else None
    return match is not None and (len(match[1]) == 2 or match[1].lower() in SHORT or match[1].lower() in WITHOUT_SHORT)


def carried(value: Mapping[Any, Any]) -> tuple[dict[str, Any], list[str]]:
    """What ckanext-fluent takes of an object by language, and the keys of what it doesn't take.

    Texts, or lists of texts (tags); numbers become texts, an empty one says nothing. `en_GB` becomes `en-GB`.
    """
    texts: dict[str, Any] = {}
    odd = []
    for key, entry in value.items():
        language = str(key).strip().replace("_", "-")
        main, dash, rest = language.partition("-")
        language = main.lower() + dash + rest
        if entry is None:
            continue
        text = [_tag(item) for item in entry if item is not None] if isinstance(entry, list | tuple) else _text(entry)
        if not CARRIED.fullmatch(language) or text is None or (isinstance(text, list) and None in text):
            odd.append(str(key))
        else:
            texts[language] = text
    return texts, odd


def _tag(value: Any) -> str | None:
    """A text of a list; a tag as an object is its name."""
    return _text(value.get("name") if isinstance(value, Mapping) else value)


def _text(value: Any) -> str | None:
    """A text or a number as text, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value)


def in_one_language(value: Mapping[str, str | None], preferred: Sequence[str]) -> str:
    """The text in one language; empty when there is none in any."""
    texts = {_tag_of(key): text for key, text in value.items() if text and text.strip()}
    for language in (*preferred, FALLBACK):
        wanted = _tag_of(language)
        if wanted in texts:
            return texts[wanted]
        main = next((text for key, text in texts.items() if key.partition("-")[0] == wanted.partition("-")[0]), None)
        if main is not None:
            return main
    return next(iter(texts.values()), "")


def in_one_language_too(fields: Mapping[str, Any], pairs: Mapping[str, str], preferred: Sequence[str]) -> dict[str, str]:
    """Texts in one language for fields that have none, where another field has them by language; `pairs`: the names of both."""
    values = {name: opened(fields.get(translated)) for translated, name in pairs.items() if is_blank(fields.get(name))}
    texts = {name: in_one_language(value, preferred) for name, value in values.items() if by_language(value)}
    return {name: text for name, text in texts.items() if text}


def moved_to_translated(fields: Mapping[str, Any], pairs: Mapping[str, str], preferred: Sequence[str]) -> dict[str, Any]:
    """Where a field and the one that has it by language both are objects by language: the latter with the texts of both, the
    former with one text. `pairs`: the names of both. A text that only the former has for a language loses nothing that way.
    """
    moved: dict[str, Any] = {}
    for translated, name in pairs.items():
        value, texts = opened(fields.get(name)), opened(fields.get(translated))
        if not (by_language(value) and by_language(texts)):
            continue
        told = {_tag_of(language): text for language, text in texts.items() if not is_blank(text)}
        own = {language: text for language, text in value.items() if not is_blank(text)}
        if all(told.get(_tag_of(language), text) == text for language, text in own.items()):
            more = {language: text for language, text in own.items() if _tag_of(language) not in told}
            moved |= {translated: {**texts, **more} if more else fields[translated], name: in_one_language(value, preferred)}
    return moved


def is_blank(value: Any) -> bool:
    """Whether a field says nothing."""
    return is_missing(value) or (isinstance(value, str) and value.isspace())


def _tag_of(language: str) -> str:
    """A language as it is compared: `en` for eng, `pt-br` for pt_BR."""
    main, dash, rest = language.replace("_", "-").lower().partition("-")
    return f"{SHORT.get(main, main)}{dash}{rest}"
