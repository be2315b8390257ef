"""Made-up values that look like those of a field: told by its name, kept within its type and rules. Pure."""

import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from torque.entity.exchange.distinct import BEGIN, limits_of
from torque.entity.exchange.patterns import Numbered, maker_of
from torque.entity.exchange.spans import KINDS, count_of, ends_of, moved, text_of
from torque.model.compile import CompiledField
from torque.model.definition.field_type import (
    ArrayType,
    DecimalType,
    EnumType,
    FieldType,
    FloatType,
    IntegerType,
    StringType,
    type_name,
)
from torque.model.infer.names import words

_FIRST = ("Ada", "Ben", "Chloe", "David", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kira", "Liam", "Mara",
          "Noah", "Olga", "Pavel", "Quinn", "Rosa", "Samir", "Tess", "Uma", "Viktor", "Wanda", "Yara")  # fmt: skip
_LAST = ("Almeida", "Bauer", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad", "Ivanova", "Jansen",
         "Kowalski", "Lopez", "Meyer", "Novak", "Okafor", "Petrov", "Quist", "Rossi", "Tanaka", "Weber")  # fmt: skip
_CITIES = ("Lisbon", "Berlin", "Porto", "Lyon", "Oslo", "Turin", "Prague", "Cairo", "Madrid", "Kyoto", "Boston", "Lima")
_COUNTRIES = ("Portugal", "Germany", "France", "Norway", "Italy", "Czechia", "Egypt", "Spain", "Japan", "USA", "Peru")
_COMPANIES = ("North", "River", "Summit", "Harbour", "Cedar", "Granite", "Amber", "Falcon", "Meadow", "Beacon")
_KINDS = ("Works", "Trading", "Labs", "Foods", "Systems", "Partners", "Supply", "Studio")
_THINGS = ("Lamp", "Chair", "Desk", "Kettle", "Notebook", "Backpack", "Bottle", "Clock", "Mirror", "Basket", "Blanket")
_ADJECTIVES = ("Blue", "Small", "Classic", "Foldable", "Bright", "Quiet", "Solid", "Light", "Round", "Warm")
_SENTENCES = ("Checked and found in order", "To be discussed at the next meeting", "Delivered on time",
              "Needs a second look",
              "Agreed by telephone", "Waiting for an answer", "Ordered again", "As described in the offer")  # fmt: skip
_COLORS = ("red", "green", "blue", "amber", "teal", "violet")
_STREETS = ("Oak Street", "Mill Lane", "Station Road", "Park Avenue", "Harbour Quay", "Church Hill")
_DAYS = 365
_SPREAD = {"Date": _DAYS, "Time": 4 * 3600, "DateTime": _DAYS * 86_400}
"""How far values that are moved into their bounds lie apart at most."""
_TRIALS = 20


class Person:
    """Somebody whose name, address and e-mail go together in one record."""

    def __init__(self, random: Random, number: int) -> None:
        self.first = random.choice(_FIRST)
        self.last = random.choice(_LAST)
        self.email = f"{self.first}.{self.last}{number}@example.com".lower()
        self.city = random.choice(_CITIES)


def value_of(field: CompiledField, random: Random, person: Person, number: int, *, unique: bool) -> Any:
    """Return a value for a field of the record of that number, which unique text contains."""
    definition = field.definition
    limits = limits_of(field)
    email = any(rule.type == "Email" for rule in definition.validation)
    url = any(rule.type == "Url" for rule in definition.validation)
    found = words(field.name)
    if formed := _formed(field, random, number if unique else None, limits):
        return formed
    if email:
        return person.email if len(person.email) <= _most(definition.field_type, limits) else f"{number}@a.org"
    if url:
        return f"https://www.example.com/{field.name}/{number}"
    return _of_type(definition.field_type, found, random, person, number, unique, limits)


def _formed(field: CompiledField, random: Random, number: int | None, limits: Mapping[str, Any]) -> str | None:
    """Return text of the form that a rule of the field demands; None without such a rule, or for one beyond grasp.

    With a number it is that number's own, as far as the form has so many texts.
    """
    definition = field.definition
    patterns = [rule.value for rule in definition.validation if rule.type == "Pattern" and isinstance(rule.value, str)]
    make = maker_of(patterns[0]) if patterns and isinstance(definition.field_type, StringType) else None
    if make is None:
        return None
    least, most = limits.get("MinLength") or 0, _most(definition.field_type, limits)
    if number is not None:
        numbered = Numbered(Random(field.name), number)
        text = make(numbered)
        if numbered.left == 0 and least <= len(text) <= most:
            return text
    texts = (make(random) for _ in range(_TRIALS))
    return next((text for text in texts if least <= len(text) <= most), None)


def _of_type(
    kind: FieldType, name: tuple[str, ...], random: Random, person: Person, number: int, unique: bool,
    limits: Mapping[str, Any],
) -> Any:  # fmt: skip
    if isinstance(kind, EnumType):
        return random.choice([option.value for option in kind.options()])
    if isinstance(kind, StringType):
        return _text(kind, name, random, person, number, unique, limits)
    if isinstance(kind, IntegerType | DecimalType | FloatType):
        return _number(kind, name, random, limits)
    if isinstance(kind, ArrayType):
        ends = {end: limits[end] for end in ("min", "max") if end in limits}
        return [
            _of_type(kind.element_type, name, random, person, number, False, ends) for _ in range(random.randint(1, 3))
        ]
    return _kept(type_name(kind), _other(type_name(kind), name, random, number), random, limits)


def _kept(kind: str, value: Any, random: Random, limits: Mapping[str, Any]) -> Any:
    """Return a day, time or moment, or another one of the kind if it is beyond its bounds."""
    at = count_of(kind, value) if kind in KINDS else None
    if at is None:
        return value
    first, last = ends_of(kind, limits)
    if first <= at <= last or first > last:
        return value
    return text_of(kind, random.randint(*moved(at, _SPREAD[kind], (first, last))))


def _other(kind: str, name: tuple[str, ...], random: Random, number: int) -> Any:
    day = BEGIN + timedelta(days=random.randrange(_DAYS))
    if "birth" in name or "born" in name or "birthday" in name:
        day = date(random.randint(1950, 2005), random.randint(1, 12), random.randint(1, 28))
    if kind == "Boolean":
        return random.random() < 0.5
    if kind == "Date":
        return day.isoformat()
    if kind == "DateTime":
        moment = datetime(day.year, day.month, day.day, random.randint(7, 19), random.randrange(60), tzinfo=UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    if kind == "Time":
        return f"{random.randint(7, 19):02}:{random.choice((0, 15, 30, 45)):02}:00"
    if kind == "Json":
        return {"number": number, "label": random.choice(_COLORS)}
    return None


def _number(
    kind: IntegerType | DecimalType | FloatType, name: tuple[str, ...], random: Random, limits: Mapping[str, Any]
) -> int | float:
    low, high = 1.0, 1000.0
    if {"quantity", "qty", "count", "seats"} & set(name):
        low, high = 1, 20
    elif "age" in name:
        low, high = 18, 80
    elif {"percent", "discount", "progress"} & set(name):
        low, high = 0, 100
    elif "year" in name:
        low, high = 1990, 2025
    elif {"rating", "stars", "score"} & set(name):
        low, high = 1, 5
    bounds = (
        [b for b in (kind.min, limits.get("min")) if b is not None],
        [b for b in (kind.max, limits.get("max")) if b is not None],
    )
    if bounds[0]:
        low = max(bounds[0])
        high = max(high, low + 100)
    if bounds[1]:
        high = min(bounds[1])
        low = min(low, high) if not bounds[0] else low
    if isinstance(kind, IntegerType):
        return random.randint(int(-(-low // 1)), int(high))
    scale = kind.scale if isinstance(kind, DecimalType) and kind.scale is not None else 2
    return min(max(round(random.uniform(low, high), scale), low), high)


def _text(
    kind: StringType, name: tuple[str, ...], random: Random, person: Person, number: int, unique: bool,
    limits: Mapping[str, Any],
) -> str:  # fmt: skip
    text = _phrase(name, random, person, number)
    if unique and str(number) not in text:
        text = f"{text} {number}"
    least = limits.get("MinLength") or 0
    while len(text) < least:
        text += f" {random.choice(_ADJECTIVES).lower()}"
    most = _most(kind, limits)
    if len(text) > most:
        text = str(number)[-most:] if unique else text[:most].rstrip() or text[:most]
    return text


def _most(kind: FieldType, limits: Mapping[str, Any]) -> int:
    """Return how many characters text may have."""
    given = (kind.max_length if isinstance(kind, StringType) else None, limits.get("MaxLength"))
    return min((most for most in given if isinstance(most, int)), default=sys.maxsize)


def _phrase(name: tuple[str, ...], random: Random, person: Person, number: int) -> str:
    """Return text that fits what the field is called."""
    known = set(name)
    street = f"{random.randint(1, 199)} {random.choice(_STREETS)}"
    company = f"{random.choice(_COMPANIES)} {random.choice(_KINDS)}"
    choices: tuple[tuple[set[str], str], ...] = (
        ({"email", "mail"}, person.email),
        ({"first", "firstname", "given", "forename"}, person.first),
        ({"last", "lastname", "surname", "family"}, person.last),
        ({"phone", "mobile", "fax", "telephone"}, f"+49 30 {random.randint(1000000, 9999999)}"),
        ({"url", "website", "link", "homepage"}, f"https://www.example.com/{number}"),
        ({"street", "address"}, street),
        ({"city", "town"}, person.city),
        ({"country", "nation"}, random.choice(_COUNTRIES)),
        ({"zip", "postal", "postcode", "zipcode"}, f"{random.randint(10000, 99999)}"),
        ({"company", "organisation", "organization", "firm", "supplier", "vendor", "shipper"}, company),
        ({"product", "item", "article"}, f"{random.choice(_ADJECTIVES)} {random.choice(_THINGS)}"),
        ({"color", "colour"}, random.choice(_COLORS)),
        ({"code", "sku", "number", "reference", "key", "slug"}, f"{name[0][:2].upper() if name else 'X'}-{number:05}"),
        ({"id"}, f"{name[0][:3].upper() if name else 'X'}{number:06}"),
        ({"description", "note", "notes", "comment", "text", "body", "remarks"}, f"{random.choice(_SENTENCES)}."),
        ({"person", "customer", "employee", "contact", "author", "user", "member", "owner"}, _full(person)),
        ({"name"}, _full(person) if known & {"full", "display"} else company),
        ({"title", "subject", "label"}, f"{random.choice(_ADJECTIVES)} {random.choice(_THINGS).lower()}"),
    )
    return next((text for names, text in choices if names & known), random.choice(_SENTENCES))


def _full(person: Person) -> str:
    return f"{person.first} {person.last}"
