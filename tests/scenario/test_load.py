"""A scenario is loaded, or everything that is wrong with it is told at once, each with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.contract import LocatedError
from mockserver.scenario.load import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mockserver.scenario.fixtures import Fixtures
    from mockserver.scenario.load import Scenario

    Read = Callable[[str], Scenario]

SMALLEST = "description: Small.\naccounts: [{userId: demo, key: demo-key}]\n"


COUNTRY = '{code: x, name: Xland, numbers: ["99#######"], carriers: [{name: a, share: 40}, {name: b}]}'


def problems(read: Read, text: str) -> list[str]:
    """List what is wrong with a scenario, without the folder of the file."""
    with pytest.raises(LocatedError) as refused:
        read(text)
    lines = str(refused.value).splitlines()
    return [line.partition("scenario.yaml:")[2] for line in lines if not line.startswith(" ")]


def test_the_smallest_scenario_has_a_description_and_an_account(read: Read) -> None:
    scenario = read(SMALLEST)
    assert (scenario.name, scenario.description, scenario.shipped) == ("scenario", "Small.", False)


def test_a_scenario_is_loaded_by_its_path(shipped: Fixtures, tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text(SMALLEST)
    assert load(str(tmp_path / "mine.yml"), shipped.catalogue).name == "mine"


def test_a_file_with_another_ending_is_loaded_too(shipped: Fixtures, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text(SMALLEST)
    assert load(str(tmp_path / "mine.txt"), shipped.catalogue).name == "mine"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("documentd", "documentd: no such scenario, did you mean documented?"),
        ("xyz", "xyz: no such scenario; the shipped scenarios are blocked-account, default, documented, "),
    ],
)
def test_an_unknown_name_is_told_what_there_is(shipped: Fixtures, name: str, hint: str) -> None:
    with pytest.raises(LocatedError) as refused:
        load(name, shipped.catalogue)
    assert str(refused.value).startswith(hint)


def test_a_missing_file_is_a_problem(shipped: Fixtures, tmp_path: Path) -> None:
    with pytest.raises(LocatedError, match=r"missing\.yaml: cannot be read"):
        load(str(tmp_path / "missing.yaml"), shipped.catalogue)


def test_a_folder_is_a_problem(shipped: Fixtures, tmp_path: Path) -> None:
    with pytest.raises(LocatedError, match="cannot be read"):
        load(str(tmp_path), shipped.catalogue)


# --- against the schema


@pytest.mark.parametrize("text", ["", "~\n", "text\n", "[]\n"])
def test_a_file_that_holds_no_mapping_is_one_problem(read: Read, text: str) -> None:
    (problem,) = problems(read, text)
    assert problem.startswith("1:1: must be an object")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("accounts: [{userId: demo, key: k}]\n", "1:1: the field description is missing"),
        (SMALLEST + "sede: 1\n", "3:1: $.sede: unknown field, did you mean seed?"),
        (SMALLEST + "zzz: 1\n", "3:1: $.zzz: unknown field"),
        (
            SMALLEST + "seed: one\n",
            "3:7: $.seed: must be an integer (The source of all randomness: numbers, codes, ids.)",
        ),
        (
            SMALLEST + "seed: -1\n",
            "3:7: $.seed: must be at least 0 (The source of all randomness: numbers, codes, ids.)",
        ),
        (
            SMALLEST + "clock: {mode: fast}\n",
            '3:15: $.clock.mode: must be "real" or "manual" (`real` follows the wall clock, `manual` is stopped.)',
        ),
        (
            SMALLEST + 'catalogue: [{country: "12", service: ds}]\n',
            "3:13: $.catalogue[0]: give price or stock, or both",
        ),
        (
            SMALLEST + "orders: [{sms: [{after: 5}]}]\n",
            "3:25: $.orders[0].sms[0].after: must be a string (Such as 8s, 20m, 1h30m, 7d or 250ms.), did you mean 5s?",
        ),
        (
            SMALLEST + "orders: [{sms: [{after: 5 s}]}]\n",
            "3:25: $.orders[0].sms[0].after: must be a value such as 8s, 20m, 1h30m, 7d or 250ms, did you mean 5s?",
        ),
        (
            SMALLEST + "catalogue: [{country: 12, service: ds, price: 1}]\n",
            (
                "3:23: $.catalogue[0].country: must be a string (A code of the catalogue (in quotes if it is "
                "a number).): put it in quotes, or YAML reads 12"
            ),
        ),
        (
            "description: x\naccounts: [{userId: demo, key: k, balance: $5}]\n",
            "2:44: $.accounts[0].balance: must be a value such as 500 (US cents) or 5.00 USD",
        ),
        (
            SMALLEST + "orders: [{sms: [{after: 5s, code: 012}]}]\n",
            "3:35: $.orders[0].sms[0].code: must be a string (By default, random.): put it in quotes, or YAML reads 12",
        ),
    ],
)
def test_a_problem_says_where_it_is_and_what_would_be_right(read: Read, text: str, expected: str) -> None:
    assert problems(read, text) == [expected]


def test_all_problems_are_told_at_once(read: Read) -> None:
    text = """\
        descripton: Wrong.
        accounts:
          - userId: demo
            key: demo-key
            balance: -1
            orders:
              - {orderId: one, country: "12", service: ds, phoneNumber: "1234567890"}
        clock: {mode: fast}
        """
    places = sorted(problem.split(": ")[0] for problem in problems(read, text))
    assert places == ["1:1", "1:1", "5:14", "7:19", "7:9", "8:15"]


@pytest.mark.parametrize(
    "accounts",
    [
        "{userId: demo, key: SECRET}",
        "[SECRET]",
        "[[{userId: demo, key: SECRET}]]",
        "SECRET",
        "[{userId: demo, key: [SECRET]}]",
        "[{userId: demo, key: {SECRET: 1}}]",
        "[{userId: demo, keys: SECRET}]",
        f"[{{userId: demo, key: {'SECRET' * 50}}}]",
        "[{userId: {key: SECRET}, key: k}]",
        "[{userId: demo, key: SECRET, key: SECRET}]",
    ],
)
def test_no_message_shows_an_api_key(read: Read, accounts: str) -> None:
    text = f"description: Wrong.\naccounts: {accounts}\n"
    assert "SECRET" not in "\n".join(problems(read, text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            SMALLEST + "clock: {scaled: 60, step: 5s}\n",
            "3:9: $.clock.scaled: cannot be combined with the other fields here",
        ),
        (
            "description: x\naccounts: [{userId: demo, key: k, keys: [k]}]\n",
            "2:12: $.accounts[0]: give key or keys, not both",
        ),
        (
            SMALLEST + "orders: [{sms: [{after: 1s, polls: 1}]}]\n",
            "3:17: $.orders[0].sms[0]: give after or polls, and only one of them",
        ),
        (SMALLEST + "orders: [{reprice: {}}]\n", "3:20: $.orders[0].reprice: give to or by, and only one of them"),
    ],
)
def test_fields_that_exclude_each_other_are_named(read: Read, text: str, expected: str) -> None:
    assert problems(read, text)[0] == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SMALLEST + "seed: 1\nseed: 2\n", "4:1: duplicate key seed in this mapping"),
        (SMALLEST + "seed: !!int 1\n", "3:7: tags such as tag:yaml.org,2002:int are not supported"),
        (SMALLEST + "seed: !mine 1\n", "3:7: tags such as !mine are not supported"),
        (
            SMALLEST + "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}' if n else '1'] * 9)}]\n" for n in range(9)),
            "8:15: more than 200000 values with aliases expanded",
        ),
    ],
    ids=["a key twice", "a tag", "a tag of its own", "aliases that explode"],
)
def test_what_yaml_would_take_is_refused_with_its_place(read: Read, text: str, says: str) -> None:
    assert problems(read, text)[0] == says


def test_a_problem_of_yaml_has_its_place(read: Read) -> None:
    assert problems(read, "description: [\n")[0].startswith("2:1: ")


@pytest.mark.parametrize("key", ["? {a: b}\n", "? [a]\n", "{a: b}"])
def test_a_key_that_is_no_text_is_a_problem(read: Read, key: str) -> None:
    assert "a key must be text, not a mapping or a sequence" in problems(read, f"{SMALLEST}{key}: 1\n")[0]


# --- against its meaning


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'clock: {start: "2025-02-30 00:00:00"}',
            "3:16: $.clock.start: 2025-02-30 00:00:00 is not an existing date",
        ),
        ("restock: {after: 3651d, stock: 1}", "3:18: $.restock.after: 3651d is longer than 3650d"),
        ("seed: 1.0", "3:7: $.seed: write 1: a whole number has no decimal point or exponent here"),
        (
            'catalogue: [{country: "12", service: ds, price: 1e3}]',
            "3:49: $.catalogue[0].price: write 1000: a whole number has no decimal point or exponent here",
        ),
        (
            'catalogue: [{country: "999", service: ds, price: 1}]',
            "3:23: $.catalogue[0].country: unknown country 999",
        ),
        (
            "catalogue: [{country: Sweden, service: ds, price: 1}]",
            "3:23: $.catalogue[0].country: unknown country Sweden, did you mean 46 (Sweden)?",
        ),
        (
            "catalogue: [{country: united state, service: ds, price: 1}]",
            "3:23: $.catalogue[0].country: unknown country united state, did you mean 12 (United States)?",
        ),
        (
            "orders: [{when: {carrier: Vodaphone}}]",
            "3:27: $.orders[0].when.carrier: no country has the carrier Vodaphone, did you mean vodafone?",
        ),
        (
            'catalogue: [{country: "12", service: dss, price: 1}]',
            "3:38: $.catalogue[0].service: unknown service dss, did you mean ds (Discord)?",
        ),
        (
            'catalogue: [{country: "12", service: Discord, price: 1}]',
            "3:38: $.catalogue[0].service: unknown service Discord, did you mean ds (Discord)?",
        ),
        (
            'catalogue: [{country: "12", service: ds, carrier: o2, price: 1}]',
            "3:51: $.catalogue[0].carrier: United States has no carrier o2; it has any, tmobile, verizon, att",
        ),
        (
            "orders: [{when: {account: dmeo}}]",
            "3:27: $.orders[0].when.account: unknown account dmeo, did you mean demo?",
        ),
        (
            "payments: [{when: {account: xyz}}]",
            "3:29: $.payments[0].when.account: unknown account xyz",
        ),
        (
            "orders: [{when: {nth: {from: 3, to: 2}}}]",
            "3:23: $.orders[0].when.nth: the range from 3 to 2 is empty",
        ),
        (
            "orders: [{when: {price: {from: 3, to: 2}}}]",
            "3:25: $.orders[0].when.price: the range from 3 to 2 is empty",
        ),
        (
            "payments: [{when: {nth: 3, every: 2}}]",
            "3:25: $.payments[0].when.nth: 3 is not a multiple of every 2, so nothing matches",
        ),
        (
            "orders: [{outOfStock: {for: 3651d}}]",
            "3:29: $.orders[0].outOfStock.for: 3651d is longer than 3650d",
        ),
        ("clock: {step: 3651d}", "3:15: $.clock.step: 3651d is longer than 3650d"),
        (
            'catalogue: {offers: [{country: "12", service: dss, price: 1, stock: 1}]}',
            "3:47: $.catalogue.offers[0].service: unknown service dss, did you mean ds (Discord)?",
        ),
        (
            f"catalogue: {{countries: [{COUNTRY}], changes: [{{country: x, service: ds, price: 1}}]}}",
            "3:129: $.catalogue.changes[0]: Xland has no offer of ds to change",
        ),
        (
            f"catalogue: {{countries: [{COUNTRY.replace('name: b', 'name: a')}]}}",
            "3:112: $.catalogue.countries[0].carriers[1].name: a is given twice",
        ),
        (
            f"catalogue: {{countries: [{COUNTRY.replace('name: b', 'name: any')}]}}",
            "3:112: $.catalogue.countries[0].carriers[1].name: any means all carriers",
        ),
        (
            f"catalogue: {{countries: [{COUNTRY.replace('name: b', 'name: b, share: 61')}]}}",
            "3:82: $.catalogue.countries[0].carriers: the shares add up to 101 percent, more than 100",
        ),
        ('orders: [{orderId: "1"}, {orderId: "1"}]', "3:36: $.orders[1].orderId: 1 is given twice"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_place(read: Read, text: str, expected: str) -> None:
    assert problems(read, f"{SMALLEST}{text}\n") == [expected]


def test_a_catalogue_that_begins_with_nothing_knows_no_shipped_code(read: Read) -> None:
    changes = 'changes: [{country: "12", service: ds, price: 1}]'
    told = problems(read, f"{SMALLEST}catalogue: {{extends: nothing, {changes}}}\n")
    assert told == [
        "3:51: $.catalogue.changes[0].country: unknown country 12",
        "3:66: $.catalogue.changes[0].service: unknown service ds",
    ]


def account(text: str) -> str:
    """Make a scenario of one account with these further fields."""
    return f"description: Wrong.\naccounts: [{{userId: demo, key: k, {text}}}]\n"


def past_order(number: int, text: str = "") -> str:
    """Write a past order of 16 cents."""
    return f'{{orderId: "{number}", country: "12", service: ds, phoneNumber: "1234567890", price: 16{text}}}'


PAYMENT = '{id: p, amount: 1, created: "2025-01-01 00:00:00", status: paid}'


@pytest.mark.parametrize(
    ("text", "pointer", "message"),
    [
        (
            "favourites: [{country: Swedn, service: ds}]",
            "$.accounts[0].favourites[0].country",
            "unknown country Swedn, did you mean 46 (Sweden)?",
        ),
        (
            f"orders: [{past_order(1)}, {past_order(1)}]",
            "$.accounts[0].orders[1].orderId",
            "1 is given twice",
        ),
        (f"payments: [{PAYMENT}, {PAYMENT}]", "$.accounts[0].payments[1].id", "p is given twice"),
        (
            "coupons: [{code: A, percentage: 1}, {code: A, percentage: 2}]",
            "$.accounts[0].coupons[1].code",
            "A is given twice",
        ),
        (
            f"balance: 15, orders: [{past_order(1, ', refunded: true')}]",
            "$.accounts[0].balance",
            "an order of 16 cents was paid and refunded, so the account must have had at least 16 cents",
        ),
        (
            f"balance: 16, orders: [{past_order(1, ', refunded: true, sms: [{text: Hi}]')}]",
            "$.accounts[0].orders[0].refunded",
            "an order with an SMS cannot be refunded",
        ),
    ],
)
def test_an_account_that_makes_no_sense_is_told(read: Read, text: str, pointer: str, message: str) -> None:
    (problem,) = problems(read, account(text))
    assert problem.split(": ", 1)[1] == f"{pointer}: {message}"


def test_two_accounts_of_one_name_are_told(read: Read) -> None:
    text = "description: Wrong.\naccounts: [{userId: demo, key: a}, {userId: demo, key: b}]\n"
    assert problems(read, text) == ["2:45: $.accounts[1].userId: demo is given twice"]


def test_a_past_order_has_no_id_of_a_rule(read: Read) -> None:
    text = account(f"orders: [{past_order(1)}]") + 'orders: [{orderId: "1"}]\n'
    assert problems(read, text) == ["3:20: $.orders[0].orderId: 1 is given twice"]


def test_two_accounts_may_have_a_coupon_of_one_code(read: Read) -> None:
    coupons = "coupons: [{code: A, percentage: 1}]"
    text = f"description: x\naccounts: [{{userId: a, key: k, {coupons}}}, {{userId: b, key: k, {coupons}}}]\n"
    assert len(read(text).data["accounts"]) == 2


def test_a_refunded_order_may_be_paid_for_by_another_past_order(read: Read) -> None:
    text = account(f"orders: [{past_order(1, ', refunded: true')}, {past_order(2)}]")
    assert len(read(text).data["accounts"][0]["orders"]) == 2


def test_meaning_is_looked_for_only_in_what_fits_the_schema(read: Read) -> None:
    text = SMALLEST + 'seed: one\ncatalogue: [{country: "999", service: ds, price: 1}]\n'
    assert len(problems(read, text)) == 1


def test_an_alias_is_read_at_every_place_it_stands(read: Read) -> None:
    text = SMALLEST + "orders: [{sms: &sms [{after: 1s}]}, {sms: *sms}]\n"
    assert read(text).data["orders"][1]["sms"] == [{"after": "1s"}]
