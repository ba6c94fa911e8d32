"""The least order that a response of V3 may show."""

LEAST_ORDER = {
    "sShort": "",
    "cShort": "",
    "orderId": "0",
    "country": "",
    "service": "",
    "carrier": "",
    "phoneNumber": "0",
    "purchasePrice": 0,
    "status": "waiting",
    "expiredAtUTC": "2000-01-01 00:00:00",
    "orderedAtUTC": "2000-01-01 00:00:00",
    "sms": "",
    "code": "",
    "messages": [],
}
