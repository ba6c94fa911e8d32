"""A slip of the pen in the overlay is told with its line, and with what may be meant."""

from pathlib import Path

import pytest

from mockserver.contract import LocatedError, contract

OVERLAY = Path(__file__).parent / "vendor.yaml"

SLIPS = {
    "an annotation": ("x-count: order.messages", "x-cuont: order.messages", "did you mean x-count?"),
    "a value": ("x-value: wallet.address}\n                coin", "x-value: wallet.adress}\n                coin",
                "did you mean address?"),
    "a list": ("x-count: order.messages", "x-count: order.latest", "order.latest is message?, not a list"),
    "a part of a text": ("'{country}-{service}'", "'{country}-{servcie}'", "did you mean service?"),
    "nothing between the parts of a text": ("'{country}-{service}'", "'{country}{service}'", "needs fixed text"),
    "no separator": ("x-each: country.carriers as carrier\n                x-separator: ','\n",
                     "x-each: country.carriers as carrier\n", "needs an x-separator"),
    "a condition": ("x-when: failure.offer as", "x-when: failure.offers as", "did you mean offer?"),
    "two sources": ("payId: {x-value: payment.id}", "payId: {x-value: payment.id, x-made-up: true}",
                    "the value has more than one source: x-value, x-made-up"),
    "a unit in what a reference names": ("x-value: offer.success_rate}\n        proof",
                                         "x-value: offer.price}\n        proof", "x-unit must be cents or dollars"),
    "a reason": ("{x-refusal: UNSUPPORTED_CURRENCY}", "{x-refusal: UNSUPORTED_CURRENCY}",
                 "did you mean UNSUPPORTED_CURRENCY?"),
    "a required field": ("required: [pair, starred]", "required: [pair, stared]", "did you mean starred?"),
    "a rule": ("lifetime: 15m ", "lifetmie: 15m ", "did you mean lifetime?"),
    "the value of a rule": ("lifetime: 15m ", "lifetime: 15 minutes ", "lifetime must be a duration such as 20m"),
    "a target": ("schemas.OrderChange ", "schemas.OrderChanges ", "selects nothing, did you mean OrderChange?"),
    "one of several targets": ("'Favourite',\n", "'Favorite',\n", "Favorite selects nothing, did you mean Favourite"),
    "a filter": ("@.name == 'expiresTo'", "@.name == 'expireTo'", "selects nothing, did you mean expiresTo?"),
    "a field of an action": ("  update: {in: query}", "  updates: {in: query}", "did you mean update?"),
}  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "message"), SLIPS.values(), ids=SLIPS.keys())
def test_a_slip_is_told_with_its_line(tmp_path: Path, right: str, wrong: str, message: str) -> None:
    before, found, after = OVERLAY.read_text().partition(right)
    assert found
    slip = tmp_path / "slip.yaml"
    slip.write_text(before + wrong + after)
    line = before.count("\n") + 1
    lines = range(line, line + right.count("\n") + 1)
    with pytest.raises(LocatedError) as caught:
        contract(overlays=[slip])
    told = [problem for problem in caught.value.problems if message in problem.message]
    assert [(problem.place.file, problem.place.line in lines) for problem in told[:1]] == [(str(slip), True)], str(
        caught.value
    )
