"""The code in a text, as people find it."""

from __future__ import annotations

import pytest

from mockserver.simulation.sms_codes import code_in

FOUND = {
    "Your code is 123456": "123456",
    "1234 is your code": "1234",
    "Your code: 12345678.": "12345678",
    "code:123456": "123456",
    "Your code is 123 456.": "123456",
    "Your code is 123-456": "123456",
    "Your code is 12 34 56": "123456",
    "G-123456 is your Google verification code.": "123456",
    "FB-12345 is your Facebook code": "12345",
    "<#> 123456 is your code\nFA+9qCX9VSu": "123456",
    "Your code is 123456\n@example.com #123456": "123456",
    "Hello 4321": "4321",
    "Welcome. 4321 lets you in": "4321",
    "Copyright 2024. Use 8841 to sign in": "8841",
    "Code 7733, valid for 3600 seconds": "7733",
    "Pay $1500 with the code 9127": "9127",
    "1500 USD: confirm with PIN 9127": "9127",
    "Order 88123456 is ready, your code is 4417": "4417",
    "Never call +1 415 555 0100. Your code is 5512": "5512",
    "Ваш код 654321": "654321",
    "Код: 12-34-56": "123456",
    "Tu código es 445566": "445566",
    "Ihr Code lautet 7788": "7788",
    "【豆瓣】验证码123456，请勿泄露": "123456",  # noqa: RUF001
    "認証コードは654321です": "654321",
    "인증번호는 [123456] 입니다": "123456",
    "رمز التحقق ١٢٣٤٥٦": "123456",
    "आपका कोड १२३४ है": "1234",
}
NONE = [
    "",
    "Welcome!",
    "In 2024 we moved",
    "Paid 1500 USD",
    "Paid $1500.00",
    "1,234.56 paid",
    "Call +1 415 555 0100",
    "Call (415) 555-0100",
    "Call 555-0100",
    "1-800-555-0100",
    "Due on 2024-05-06",
    "Due on 06-05-2024",
    "at 12:34:56",
    "10/12/2024",
    "See https://example.com/12345",
    "id 123456789",
    "abc1234def",
    "Valid for 3600 seconds",
    "100 %, 1000%",
    "123",
]


@pytest.mark.parametrize(("text", "code"), FOUND.items(), ids=list(FOUND))
def test_a_code_is_found(text: str, code: str) -> None:
    assert code_in(text) == code


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_code_is_not_found(text: str) -> None:
    assert code_in(text) is None
