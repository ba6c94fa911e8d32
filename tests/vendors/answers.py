"""Kinds of decisions about responses: other names, places, units, words, and fields that came or went.

Each kind is a function that makes one decision in a draft by chance; it answers False if there is nothing to decide.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from mockserver.contract import vocabulary
from tests.vendors.draft import POOLS, mark, put, remove, rename

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from random import Random

    from tests.vendors.draft import Draft, Field, Schema

NEEDED = (
    "account.balance",
    "country.code",
    "offer.m",
    "offer.n",
    "order.id",
    "order.state",
    "payment.id",
    "service.code",
)
"""What a client cannot do without."""

KEYS = {
    "services": ("offers", "service.code"),
    "country_stats": ("offers", "country.code"),
    "countries": ("countries", "code"),
    "orders": ("orders", "id"),
    "inventory": ("orders", "id"),
    "statistics": ("by_service", "service.code"),
    "coupons": ("coupons", "code"),
}
"""The list in the result of an operation, and what tells its items apart."""


def type_of(meaning: str) -> str:
    """The type of a value by its dotted name: a name has one type in all records but for those left out."""
    last = meaning.rpartition(".")[2]
    types = {fields[last].name for fields in vocabulary().records.values() if last in fields}
    if meaning == "operation":
        return meaning
    if last == "status":
        record = meaning.partition(".")[0]
        return vocabulary().records.get(record, {}).get(last, next(iter(vocabulary().always.values()))).name
    return types.pop() if len(types) == 1 else ""


def fresh(random: Random, taken: Iterable[str]) -> str:
    """A name that is not taken, in one of the usual styles."""
    used = set(taken)
    while True:
        first, second = random.sample(POOLS["names"], 2)
        name: str = random.choice([first, f"{first}_{second}", first + second.capitalize(), first.upper()])
        if name not in used:
            return name


def _field(draft: Draft, fits: Callable[[Field], bool]) -> Field | None:
    """A field of a response; half of the time the response is written out first, so that only one operation differs."""
    sites = draft.sites()
    draft.random.shuffle(sites)
    for site in sites:
        if not any(map(fits, draft.fields(site))):
            continue
        if draft.random.random() < 0.5:
            draft.localize(site)
        return draft.random.choice([field for field in draft.fields(site) if fits(field)])
    return None


def _is_value(field: Field) -> bool:
    return field.meaning != "" and not field.meaning.startswith(("?", "{"))


def _is_plain(field: Field) -> bool:
    return "const" not in field.schema and not field.schema.get("x-made-up")


def renamed(draft: Draft) -> bool:
    """A field has another name."""
    field = _field(draft, _is_plain)
    if field is None:
        return False
    new = fresh(draft.random, field.holder["properties"])
    mark(field.schema, draft.decide("renamed", field, field.place, field.name, new))
    rename(field.holder, field.name, new)
    return True


def swapped(draft: Draft) -> bool:
    """Two fields of an object have each other's names."""

    def others(field: Field) -> list[str]:
        of_same_kind = {"string": ("string",), "integer": ("integer", "number")}
        kind = draft.resolved(field.site.document, field.schema).get("type")
        return [
            name
            for name, inner in field.holder["properties"].items()
            if name != field.name
            and "x-value" in inner
            and draft.resolved(field.site.document, inner).get("type") in of_same_kind.get(str(kind), ())
        ]

    field = _field(draft, lambda field: _is_value(field) and bool(others(field)))
    if field is None:
        return False
    other = draft.random.choice(others(field))
    properties = field.holder["properties"]
    number = draft.decide("swapped", field, field.place, field.name, other)
    mark(properties[field.name], number)
    mark(properties[other], number)
    properties[field.name], properties[other] = properties[other], properties[field.name]
    return True


def nested(draft: Draft) -> bool:
    """Some fields stand in an object of their own."""
    field = _field(draft, _is_value)
    if field is None:
        return False
    mates = [name for name, inner in field.holder["properties"].items() if "x-value" in inner and name != field.name]
    names = [field.name, *draft.random.sample(mates, min(len(mates), draft.random.randint(0, 2)))]
    group = fresh(draft.random, field.holder["properties"])
    number = draft.decide("nested", field, field.place, ", ".join(names), f"{group}.…")
    inner: Schema = {"type": "object", "required": [], "properties": {}}
    for name in names:
        put(inner, name, remove(field.holder, name))
        mark(inner["properties"][name], number)
    put(field.holder, group, inner)
    return True


def wrapped(draft: Draft) -> bool:
    """The content of a response stands one level deeper."""
    field = _field(draft, lambda field: field.place == f"body.{field.name}" and _is_plain(field))
    if field is None:
        return False
    name = fresh(draft.random, ())
    number = draft.decide("wrapped", field, field.place, field.name, f"{field.name}.{name}")
    mark(field.schema, number)
    wrapping = {"type": "object", "required": [name], "properties": {name: field.schema}}
    field.holder["properties"][field.name] = wrapping
    return True


def unwrapped(draft: Draft) -> bool:
    """What stood in an object of the response stands beside its other fields."""

    def inner_of(field: Field) -> Schema:
        return draft.resolved(field.site.document, field.schema)

    def fits(field: Field) -> bool:
        inner = inner_of(field).get("properties", {})
        return field.place == "body.body" and bool(inner) and not inner.keys() & field.holder["properties"].keys()

    field = _field(draft, fits)
    if field is None:
        return False
    draft.localize(field.site)
    field = next(each for each in draft.fields(field.site) if each.place == field.place)
    number = draft.decide("unwrapped", field, field.place, field.name, "its fields")
    inner = remove(field.holder, field.name)
    for name, schema in inner["properties"].items():
        mark(schema, number)
        put(field.holder, name, schema)
    return True


def keyed(draft: Draft) -> bool:
    """A list of records is an object by their code or id."""

    def fits(field: Field) -> bool:
        schema = draft.resolved(field.site.document, field.schema)
        source, _ = KEYS.get(field.site.purposes[0], ("?", ""))
        return schema.get("x-each", "").partition(" as ")[0] == source and "x-key" not in schema

    field = _field(draft, fits)
    if field is None:
        return False
    draft.localize(field.site)
    field = next(each for each in draft.fields(field.site) if each.place == field.place)
    variable = field.schema["x-each"].partition(" as ")[2]
    key = f"{variable}.{KEYS[field.site.purposes[0]][1]}"
    number = draft.decide("keyed", field, field.place, "list", f"object by {key}")
    item = field.schema.pop("items")
    field.schema.pop("minItems", None)
    field.schema.update({"type": "object", "x-key": key, "additionalProperties": item})
    mark(field.schema, number)
    own = [name for name, inner in item.get("properties", {}).items() if inner.get("x-value") == key]
    if own and len(item["properties"]) > 1 and draft.random.random() < 0.7:
        remove(item, own[0])
    return True


def joined(draft: Draft) -> bool:
    """The codes of the country and of the service are one text."""

    def codes(field: Field) -> list[str]:
        base = field.meaning.removesuffix("country.code")
        wanted = (field.meaning, f"{base}service.code")
        found = {inner.get("x-value"): name for name, inner in field.holder["properties"].items()}
        return [found[each] for each in wanted if each in found]

    field = _field(draft, lambda field: field.meaning.endswith("country.code") and len(codes(field)) > 1)
    if field is None:
        return False
    names = codes(field)
    values = [remove(field.holder, name)["x-value"] for name in names]
    name = fresh(draft.random, field.holder["properties"])
    between = draft.random.choice("-:/")
    schema: Schema = {"type": "string", "x-value": between.join(f"{{{value}}}" for value in values)}
    mark(schema, draft.decide("joined", field, field.place, ", ".join(names), name))
    put(field.holder, name, schema)
    return True


def counted(draft: Draft) -> bool:
    """Beside a list stands how long it is."""
    field = _field(draft, lambda field: " as " in str(field.schema.get("x-each", "")) and "x-key" not in field.schema)
    if field is None:
        return False
    name = fresh(draft.random, field.holder["properties"])
    schema: Schema = {"type": "integer", "x-count": field.schema["x-each"].partition(" as ")[0]}
    mark(schema, draft.decide("counted", field, field.place, "-", name))
    put(field.holder, name, schema)
    return True


def tupled(draft: Draft) -> bool:
    """Some values of an object are a list, told apart by their positions."""
    field = _field(draft, _is_value)
    if field is None:
        return False
    mates = [name for name, inner in field.holder["properties"].items() if "x-value" in inner and name != field.name]
    names = [field.name, *draft.random.sample(mates, min(len(mates), draft.random.randint(1, 2)))]
    name = fresh(draft.random, field.holder["properties"])
    items = [remove(field.holder, each) for each in names]
    schema: Schema = {"type": "array", "minItems": len(items), "maxItems": len(items), "x-items": items}
    mark(schema, draft.decide("tupled", field, field.place, ", ".join(names), name))
    put(field.holder, name, schema)
    return True


def separated(draft: Draft) -> bool:
    """A list of texts is one text."""

    def fits(field: Field) -> bool:
        schema = field.schema
        return "x-each" in schema and "x-separator" not in schema and "x-value" in schema.get("items", {})

    field = _field(draft, fits)
    if field is None:
        return False
    between = draft.random.choice([",", "|", ", "])
    number = draft.decide("separated", field, field.place, "list", f"text with {between!r}")
    field.schema.update({"type": "string", "x-separator": between})
    field.schema.pop("minItems", None)
    mark(field.schema, number)
    return True


def reunited(draft: Draft) -> bool:
    """A value is written in another unit or form."""
    field = _field(draft, lambda field: type_of(field.meaning) in POOLS["units"])
    if field is None:
        return False
    whole = draft.whole(field.site.document, field.schema)
    choices = POOLS["units"][type_of(field.meaning)]
    unit = next(name for name in choices[0] if name != "type")
    now = {"type": whole.get("type"), unit: whole.get(unit, choices[0][unit])}
    new = draft.random.choice([each for each in choices if each != now])
    texts = [" ".join(map(str, each.values())) for each in (now, new)]
    schema = {**new, "x-value": field.meaning, **_drawn(whole)}
    mark(schema, draft.decide("reunited", field, field.place, *texts))
    field.holder["properties"][field.name] = schema
    return True


def reworded(draft: Draft) -> bool:
    """A state or another word is called otherwise."""
    field = _field(draft, lambda field: type_of(field.meaning) in POOLS["words"])
    if field is None:
        return False
    type_ = type_of(field.meaning)
    words = draft.random.choice(POOLS["words"][type_])
    known: Iterable[str] = ("refund", "another") if type_ == "operation" else vocabulary().words.get(type_, words)
    schema: Schema = {
        "type": "integer" if any(isinstance(word, int) for word in words.values()) else "string",
        "enum": list(dict.fromkeys(words.get(word, word) for word in known)),
        "x-words": words,
        "x-value": field.meaning,
        **_drawn(draft.whole(field.site.document, field.schema)),
    }
    mark(schema, draft.decide("reworded", field, field.place, "the words of the contract", words))
    field.holder["properties"][field.name] = schema
    return True


def added(draft: Draft) -> bool:
    """There is a field of which the contract knows nothing."""
    field = _field(draft, _is_plain)
    if field is None:
        return False
    schema: Schema = deepcopy(draft.random.choice(POOLS["added"]))
    name = fresh(draft.random, field.holder["properties"])
    where = field.place.removesuffix(field.name) + name
    mark(schema, draft.decide("added", field, where, "-", name))
    put(field.holder, name, schema)
    return True


def gone(draft: Draft) -> bool:
    """A field is not there."""

    def fits(field: Field) -> bool:
        return _is_value(field) and not field.meaning.endswith(NEEDED) and len(field.holder["properties"]) > 1

    field = _field(draft, fits)
    if field is None:
        return False
    draft.decide("gone", field, field.place, field.name, "-")
    remove(field.holder, field.name)
    return True


def _drawn(schema: Schema) -> Schema:
    return {name: schema[name] for name in ("x-drawn",) if name in schema}
