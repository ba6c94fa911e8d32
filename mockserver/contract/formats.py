"""Wire formats of single values: units, times and words, written and read.

Values are those of the vocabulary: money in cents, ratios from 0 to 1, times in milliseconds since the epoch.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, Decimal, DecimalException
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract.messages import brief, choice, did_you_mean
from mockserver.contract.parts import types

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mockserver.contract.parts import Schema
    from mockserver.contract.value_template import ValueTemplate
    from mockserver.contract.vocabulary import Type, Vocabulary

NUMBERS = ("integer", "number")
UNITS = {"money": ("cents", "dollars"), "ratio": ("fraction", "percent")}
FORMATS = ("x-unit", "x-time", "x-words")
"""The annotations of a format."""
TIMES = ("utc", "iso", "offset", "date", "seconds", "milliseconds")
CASES = ("lower", "upper")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1000
_DAY = 86_400 * _SECOND
_EXAMPLE = 1_747_462_033_000
"""2025-05-17 06:07:13 UTC."""
_LONGEST = 40
"""The maximum length of a text that is read as a number or a time, in characters."""


class FormatError(ValueError):
    """A schema cannot represent a value. `keyword` is the annotation or keyword with the problem."""

    def __init__(self, keyword: str, message: str) -> None:
        super().__init__(message)
        self.keyword = keyword


class Format(NamedTuple):
    """The functions that write and read the values of one type.

    `write` is None if values are written unchanged. `read` raises ValueError with the expected form of a value.
    """

    write: Callable[[Any], Any] | None
    read: Callable[[Any], Any]


def format_of(type_: Type, schema: Schema, vocabulary: Vocabulary, operations: tuple[str, ...] = ()) -> Format:
    """Return the format of a type in a schema. Raises FormatError.

    `operations` are the allowed values if the value is the name of the operation.
    """
    kind = next((name for name in types(schema) if name != "null"), "")
    for keyword in FORMATS:
        if message := _unsuitable(keyword, type_, schema, vocabulary):
            raise FormatError(keyword, message)
    known = vocabulary.words.get(type_.name, operations)
    if type_.name == "boolean":
        return _boolean(schema, kind)
    if known:
        return _words(known, schema)
    makers: Mapping[str, Callable[[Schema, str], Format]] = {
        "money": _money,
        "ratio": _ratio,
        "integer": _integer,
        "digits": _digits,
        "code": _code,
        "decimal": _decimal,
        "text": _text,
        "time": _time,
        "deadline": partial(_time, ends=True),
    }
    if type_.many or type_.name not in makers:
        raise FormatError("x-value", f"{type_} is not a single value: name a field of it, or use x-each")
    return makers[type_.name](schema, kind)


def schemas_in_text(
    template: ValueTemplate, types_: Sequence[Type], schema: Schema, vocabulary: Vocabulary
) -> list[Schema]:
    """Return the schema of each value in a text, by the types of the values. Raises FormatError.

    An annotation of the text applies to all values that it suits, and must suit one. A percentage before a percent sign
    is written without another one.
    """
    annotations = [keyword for keyword in FORMATS if keyword in schema]
    for keyword in annotations:
        messages = [_unsuitable(keyword, type_, schema, vocabulary) for type_ in types_]
        if all(messages):
            raise FormatError(keyword, f"{template}: {'; '.join(dict.fromkeys(messages))}")
    return [
        {
            "type": "number" if type_.name == "ratio" and piece.startswith("%") else "string",
            **{name: schema[name] for name in annotations if not _unsuitable(name, type_, schema, vocabulary)},
        }
        for type_, piece in zip(types_, template.pieces[1:], strict=True)
    ]


def _unsuitable(keyword: str, type_: Type, schema: Schema, vocabulary: Vocabulary) -> str:
    """Return why the annotation of a schema does not suit a type; empty if it does, or if the schema lacks it."""
    return _UNSUITABLE[keyword](type_, schema[keyword], vocabulary) if keyword in schema else ""


def _unsuitable_unit(type_: Type, unit: Any, _: Vocabulary) -> str:
    allowed = UNITS.get(type_.name, ())
    if unit in allowed:
        return ""
    expected = f"must be {choice(allowed)}" if allowed else f"does not apply to {type_}, which has no unit"
    return f"x-unit {expected}{did_you_mean(unit, allowed)}"


def _unsuitable_time(type_: Type, _: Any, __: Vocabulary) -> str:
    return "" if type_.name in ("time", "deadline") else f"x-time does not apply to {type_}, which is not a time"


def _unsuitable_words(type_: Type, words: Any, vocabulary: Vocabulary) -> str:
    if isinstance(words, dict) and not all(map(_is_written, words.values())):
        return "each word must be a text, a number or a boolean, or a list of them"
    if type_.name in _WORDLESS or type_.name in vocabulary.records:
        return f"x-words does not apply to {type_}, which has no words"
    return ""


_WORDLESS = ("money", "ratio", "integer", "decimal", "time", "deadline")
_UNSUITABLE: Mapping[str, Callable[[Type, Any, Vocabulary], str]] = {
    "x-unit": _unsuitable_unit,
    "x-time": _unsuitable_time,
    "x-words": _unsuitable_words,
}
"""The functions that return why the annotation of a format does not suit a type."""


def _is_written(word: object) -> bool:
    """Return whether a value of `x-words` can stand on the wire: a scalar, or a list of some."""
    several = word if isinstance(word, list) else [word]
    return bool(several) and all(isinstance(each, str | int | float) for each in several)


def _wrong_type(type_: str, kind: str, expected: str) -> FormatError:
    return FormatError("type", f"{type_} is written as {expected}, not as {kind}")


def _money(schema: Schema, kind: str) -> Format:
    dollars = schema.get("x-unit") == "dollars"
    if kind == "boolean":
        raise _wrong_type("money", kind, "a number or a string")
    write: Callable[[Any], Any] | None
    if kind == "string":
        write = dollars_text if dollars else str
    else:
        write = (_whole_dollars if kind == "integer" else _dollars) if dollars else None
    return Format(write, partial(_read_money, factor=100 if dollars else 1))


def _dollars(cents: int) -> float:
    return cents / 100


def _whole_dollars(cents: int) -> float | int:
    return cents / 100 if cents % 100 else cents // 100


def dollars_text(cents: int) -> str:
    """Write cents as dollars, such as `0.16`."""
    whole, part = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{part:02}"


def _read_money(value: Any, factor: int) -> int:
    """Read an amount as cents, rounded up to whole cents."""
    amount = _exact(value) * factor
    return int(amount.to_integral_value(ROUND_CEILING))


def _exact(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or len(str(value)) > _LONGEST:
        raise ValueError("a number")
    try:
        number = Decimal(str(value))
    except DecimalException:
        raise ValueError("a number") from None
    if not number.is_finite() or number.adjusted() > _LONGEST:
        raise ValueError("a number")
    return number


def _ratio(schema: Schema, kind: str) -> Format:
    percent = schema.get("x-unit") == "percent"
    if kind == "boolean" or (kind == "integer" and not percent):
        raise _wrong_type("a ratio", kind, "a number or a string")
    write: Callable[[Any], Any] | None
    if percent:
        write = {"string": _percent_text, "integer": lambda ratio: round(ratio * 100)}.get(kind, _percent)
    else:
        write = str if kind == "string" else None
    return Format(write, partial(_read_ratio, divisor=100 if percent else 1))


def _percent(ratio: float) -> float | int:
    value = round(ratio * 100, 6)
    return int(value) if value == int(value) else value


def _percent_text(ratio: float) -> str:
    return f"{_percent(ratio)}%"


def _read_ratio(value: Any, divisor: int) -> float:
    text = value.strip().removesuffix("%") if isinstance(value, str) else value
    return float(_exact(text) / divisor)


def _integer(_: Schema, kind: str) -> Format:
    if kind == "boolean":
        raise _wrong_type("an integer", kind, "a number or a string")
    return Format(str if kind == "string" else None, lambda value: int(_exact(value)))


def _decimal(_: Schema, kind: str) -> Format:
    if kind in ("boolean", "integer"):
        raise _wrong_type("a decimal number", kind, "a number or a string")
    return Format(float if kind == "number" else None, lambda value: f"{_exact(value):f}")


def _digits(schema: Schema, kind: str) -> Format:
    if kind in NUMBERS:
        return Format(int, lambda value: str(int(_exact(value))))
    return _text(schema, kind)


def _code(schema: Schema, kind: str) -> Format:
    return _digits(schema, kind)._replace(write=_number) if kind in NUMBERS else _text(schema, kind)


def _number(code: str) -> int:
    """Write a code as a number. Raises ValueError for a code that would not be read as it was."""
    if str(int(code)) != code:
        raise ValueError(code)
    return int(code)


def _text(schema: Schema, kind: str) -> Format:
    if kind not in ("", "string"):
        raise _wrong_type("text", kind, "a string")
    words = schema.get("x-words")
    if words in CASES:
        return Format(str.lower, _upper) if words == "lower" else Format(str.upper, _read_text)
    if words:
        written, read = _tables({word: word for word in words}, words)
        return Format(lambda text: written.get(text, text), lambda value: read.get(value, value))
    return Format(None, _read_text)


def _upper(value: Any) -> str:
    return _read_text(value).upper()


def _read_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise ValueError("text")


def _boolean(schema: Schema, kind: str) -> Format:
    words = schema.get("x-words")
    if words in CASES or (words and not {"true", "false"} >= set(words)):
        raise FormatError("x-words", "the words of a boolean must have only the keys true and false")
    if words or kind not in ("", "boolean"):
        default: dict[str, Any] = {"true": 1, "false": 0} if kind in NUMBERS else {"true": "true", "false": "false"}
        written, read = _tables(default, words or {})
        _check_enum(list(written.values()), schema)
        values = {True: written["true"], False: written["false"]}
        return Format(values.__getitem__, partial(_read_flag, {word: flag == "true" for word, flag in read.items()}))
    return Format(None, partial(_read_flag, {"true": True, "false": False}))


def _read_flag(words: Mapping[Any, bool], value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str | int) and value in words:
        return words[value]
    raise ValueError(choice([brief(word) for word in words]))


def _words(known: tuple[str, ...], schema: Schema) -> Format:
    words = schema.get("x-words") or {}
    if words in CASES:
        words = {word: getattr(word, words)() for word in known}
    if unknown := [word for word in words if word not in known]:
        hint = did_you_mean(unknown[0], known)
        raise FormatError("x-words", f"{unknown[0]} is not one of the words {', '.join(known)}{hint}")
    written, read = _tables({word: word for word in known}, words)
    _check_enum(list(written.values()), schema)
    plain = all(word == value for word, value in written.items())
    return Format(None if plain else written.__getitem__, partial(_read_word, read))


def _tables(default: Mapping[str, Any], words: Mapping[str, Any]) -> tuple[dict[str, Any], dict[Any, str]]:
    """Return the wire value of each word, and the word of each wire value; the first word wins if several share one."""
    written: dict[str, Any] = dict(default)
    read: dict[Any, str] = {}
    for word, others in words.items():
        every = others if isinstance(others, list) else [others]
        written[word] = every[0]
        read = {**dict.fromkeys(every, word), **read}
    kept = {value: word for word, value in default.items() if word not in words}
    return written, {**{value: word for word, value in written.items()}, **read, **kept}


def _check_enum(written: list[Any], schema: Schema) -> None:
    missing = [value for value in written if "enum" in schema and value not in schema["enum"]]
    if missing:
        raise FormatError("enum", f"the enum lacks {', '.join(map(brief, missing))}: add it, or change x-words")


def _read_word(words: Mapping[Any, str], value: Any) -> str:
    if isinstance(value, str | int) and value in words:
        return words[value]
    raise ValueError(choice([brief(word) for word in words]))


def _time(schema: Schema, kind: str, *, ends: bool = False) -> Format:
    form = schema.get("x-time") or ("seconds" if kind in NUMBERS else "utc")
    textual = form not in ("seconds", "milliseconds")
    if kind == "boolean" or (textual and kind in NUMBERS):
        raise _wrong_type(f"a time as {form}", kind, "a string" if textual else "a number or a string")
    write = _TIME_WRITERS[form]
    if not textual and kind == "string":
        write = partial(_written, write)
    length = {"date": _DAY, "milliseconds": 1}.get(form, _SECOND)
    return Format(write, partial(_read_time, form, length - 1 if ends else 0))


def _written(write: Callable[[int], Any], instant: int) -> str:
    return str(write(instant))


@lru_cache(maxsize=4096)
def utc(instant: int) -> str:
    """Write a point in time as `2025-05-17 06:07:13`."""
    return (_EPOCH + timedelta(seconds=instant // _SECOND)).isoformat(" ")[:19]


_TIME_WRITERS: Mapping[str, Callable[[int], Any]] = {
    "utc": utc,
    "iso": lambda instant: f"{utc(instant).replace(' ', 'T')}Z",
    "offset": lambda instant: f"{utc(instant).replace(' ', 'T')}+00:00",
    "date": lambda instant: utc(instant)[:10],
    "seconds": lambda instant: instant // _SECOND,
    "milliseconds": lambda instant: instant,
}


def _read_time(form: str, rest: int, value: Any) -> int:
    """Read a time as milliseconds. `rest` is added: the milliseconds from the named second or day to its end."""
    if form in ("seconds", "milliseconds"):
        return int(_exact(value) * (_SECOND if form == "seconds" else 1)) + rest
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise ValueError("a time as text")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"a time such as {_TIME_WRITERS[form](_EXAMPLE)}") from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return round(moment.timestamp() * _SECOND) + rest
