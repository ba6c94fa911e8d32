"""The stand-in's one in-memory model: what changes its records, and a clock moved by hand.

It knows nothing of HTTP.
"""

import uuid

from tests.standin.records import (
    ANY,
    COUNTRIES,
    COUPON_DAYS,
    EPOCH,
    EXTENSION,
    LIFE,
    LIST_PRICES,
    NETWORKS,
    PAYMENT_LIFE,
    RATES,
    REFUND_WINDOW,
    STOCK,
    TARGETS,
    Account,
    Coupon,
    Fault,
    Message,
    Method,
    Offer,
    Order,
    OrderRequest,
    Payment,
    PaymentState,
    Quote,
    RefusedError,
    State,
    net_price,
    proof,
)


class Model:
    """Everything the stand-in knows, and the rules that change it."""

    def __init__(self) -> None:
        self.now = EPOCH
        self.accounts: dict[str, Account] = {}
        self.orders: dict[str, Order] = {}
        self.payments: dict[str, Payment] = {}
        self.coupons: dict[str, Coupon] = {}
        self.offers = {
            (country, service): Offer(price, RATES[service], dict.fromkeys(COUNTRIES[country].carriers, STOCK))
            for (country, service), price in LIST_PRICES.items()
        }

    # Accounts and what they see.

    def authenticate(self, user: str, key: str) -> Account:
        """Find the account of a user id and a key that belong together."""
        if key not in {account.key for account in self.accounts.values()}:
            raise RefusedError(Fault.NO_KEY)
        account = self.accounts.get(user)
        if account is None or account.key != key:
            raise RefusedError(Fault.FOREIGN_KEY)
        return account

    def check_place(self, country: str, carrier: str) -> None:
        """Refuse a country or a carrier that does not exist."""
        if country not in COUNTRIES:
            raise RefusedError(Fault.NO_COUNTRY)
        if carrier != ANY and carrier not in COUNTRIES[country].carriers:
            raise RefusedError(Fault.NO_CARRIER)

    def quote(self, account: Account, country: str, service: str, carrier: str) -> Quote:
        """Tell an account its present price of a service."""
        self.check_place(country, carrier)
        offer = self.offers.get((country, service))
        if offer is None:
            raise RefusedError(Fault.NO_SERVICE)
        price = net_price(offer.price, account.charges)
        first, second = proof(country, service, price)
        return Quote(country, service, carrier, price, offer.available(carrier), offer.rate, first, second)

    def quotes(self, account: Account, country: str, carrier: str) -> list[Quote]:
        """Tell an account the prices of all services of a country."""
        self.check_place(country, carrier)
        return [self.quote(account, place, service, carrier) for place, service in self.offers if place == country]

    def sold(self, country: str, service: str) -> int:
        """Count the orders ever made of a service in a country."""
        return sum((order.country, order.service) == (country, service) for order in self.orders.values())

    def toggle_favourite(self, account: Account, country: str, service: str) -> bool:
        """Put a service on the list of favourites, or off it; answer whether it is on the list now."""
        self.quote(account, country, service, ANY)
        pair = (country, service)
        if pair in account.favourites:
            account.favourites.remove(pair)
        else:
            account.favourites.append(pair)
        return pair in account.favourites

    # Orders.

    def orders_of(self, account: Account) -> list[Order]:
        """List the orders of an account, newest first."""
        return [order for order in reversed(self.orders.values()) if order.user == account.user]

    def inventory(self, account: Account, limit: int) -> list[Order]:
        """List all running orders and the newest `limit` expired ones, newest first."""
        orders = [order for order in self.orders_of(account) if not order.refunded]
        shown = [order.id for order in orders if order.state(self.now) is State.EXPIRED][:limit]
        return [order for order in orders if order.state(self.now) is not State.EXPIRED or order.id in shown]

    def order_of(self, account: Account, order_id: str) -> Order:
        """Find an order of an account."""
        order = self.orders.get(order_id)
        if order is None or order.user != account.user:
            raise RefusedError(Fault.NO_ORDER)
        return order

    def order(self, account: Account, request: OrderRequest) -> Order:
        """Sell a number."""
        quote = self.quote(account, request.country, request.service, request.carrier)
        keys = (request.first, request.second)
        if keys not in {("", ""), (quote.first, quote.second)}:
            raise RefusedError(Fault.STALE_QUOTE, quote)
        carrier = self._serving_carrier(request)
        if carrier is None or quote.price > request.maximum:
            raise RefusedError(Fault.NO_NUMBERS)
        self._charge(account, quote.price)
        self.offers[request.country, request.service].stock[carrier] -= 1
        number = len(self.orders) + 1
        order = Order(
            id=str(70_310_000 + number),
            user=account.user,
            country=request.country,
            service=request.service,
            carrier=request.carrier,
            phone=f"{COUNTRIES[request.country].prefix}{number:07d}",
            price=quote.price,
            bought=self.now,
            ends=self.now + LIFE,
            charged=quote.price,
        )
        self.orders[order.id] = order
        return order

    def refund(self, account: Account, order_id: str) -> Order:
        """Take a number back and return its price."""
        order = self.order_of(account, order_id)
        if order.messages or order.returned or self.now - order.bought > REFUND_WINDOW:
            raise RefusedError(Fault.NO_REFUND)
        order.refunded = True
        self._give_back(order)
        return order

    def another(self, account: Account, order_id: str) -> Order:
        """Sell one more SMS on a number that has received one."""
        order = self.order_of(account, order_id)
        if not order.messages:
            raise RefusedError(Fault.NO_SMS_YET)
        if self.now >= order.ends:
            raise RefusedError(Fault.OVER)
        self._charge(account, order.price)
        order.charged += order.price
        order.ends += EXTENSION
        order.awaiting = True
        return order

    def _serving_carrier(self, request: OrderRequest) -> str | None:
        stock = self.offers[request.country, request.service].stock
        anyone = request.failover or request.carrier == ANY
        wanted = sorted(stock, key=lambda carrier: carrier != request.carrier) if anyone else [request.carrier]
        return next((carrier for carrier in wanted if stock[carrier] > 0), None)

    def _charge(self, account: Account, cents: int) -> None:
        if account.balance < cents:
            raise RefusedError(Fault.POOR)
        account.balance -= cents

    def _give_back(self, order: Order) -> None:
        order.returned = order.charged
        self.accounts[order.user].balance += order.returned

    # Payments and coupons.

    def payments_of(self, account: Account) -> list[Payment]:
        """List the payments of an account, newest first."""
        return [payment for payment in reversed(self.payments.values()) if payment.user == account.user]

    def coupons_of(self, account: Account) -> list[Coupon]:
        """List the coupons of an account."""
        return [coupon for coupon in self.coupons.values() if coupon.user == account.user]

    def pay(self, account: Account, method: Method, cents: int, coupon: str | None = None) -> Payment:
        """Open a payment."""
        if cents <= 0:
            raise RefusedError(Fault.BAD_REQUEST)
        if coupon is not None:
            self._check_coupon(account, coupon, TARGETS[method])
        number = len(self.payments) + 1
        payment = Payment(
            id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"payment/{number}")),
            session=f"s{number:06d}",
            user=account.user,
            method=method,
            cents=cents,
            created=self.now,
            expires=self.now + PAYMENT_LIFE,
            coupon=coupon,
        )
        self.payments[payment.id] = payment
        return payment

    def open_wallet(self, account: Account, coin: tuple[str, str], cents: int, coupon: str | None = None) -> Payment:
        """Open a payment to a wallet address, for a coin given as currency and network."""
        currency, network = coin
        if network not in NETWORKS.get(currency, ()):
            raise RefusedError(Fault.BAD_COIN)
        payment = self.pay(account, Method.CRYPTO_WALLET, cents, coupon)
        payment.currency, payment.network = currency, network
        return payment

    def wallet_of(self, account: Account, payment_id: str) -> Payment:
        """Find a wallet payment of an account."""
        payment = self.payments.get(payment_id)
        if payment is None or payment.user != account.user or payment.method is not Method.CRYPTO_WALLET:
            raise RefusedError(Fault.NO_TRANSACTION)
        return payment

    def _check_coupon(self, account: Account, code: str, target: str) -> None:
        coupon = self.coupons.get(code)
        if coupon is None or coupon.user != account.user or coupon.target != target:
            raise RefusedError(Fault.BAD_COUPON)
        if coupon.used or self.now >= coupon.expires:
            raise RefusedError(Fault.BAD_COUPON)

    # What only a test does.

    def advance(self, seconds: int) -> None:
        """Move the clock; orders that end without an SMS are paid back."""
        self.now += seconds
        for order in self.orders.values():
            if self.now >= order.ends and not order.messages and not order.returned:
                self._give_back(order)

    def deliver(self, order_id: str, text: str, code: str) -> None:
        """Let an SMS arrive at a running order."""
        order = self.orders[order_id]
        if order.state(self.now) not in {State.WAITING, State.COMPLETED}:
            raise RefusedError(Fault.OVER)
        order.messages.append(Message(text, code, self.now))
        order.awaiting = False

    def settle(self, payment_id: str, state: PaymentState) -> None:
        """End an open payment; a paid one is credited, with the bonus of its coupon."""
        payment = self.payments[payment_id]
        if payment.state(self.now) is not PaymentState.OPEN:
            raise RefusedError(Fault.OVER)
        payment.settled = state
        if state is PaymentState.PAID:
            account = self.accounts[payment.user]
            account.balance += payment.cents + self._bonus(payment)
            account.charges += payment.cents

    def _bonus(self, payment: Payment) -> int:
        coupon = self.coupons.get(payment.coupon or "")
        if coupon is None or coupon.used:
            return 0
        coupon.used = True
        coupon.received = payment.cents * coupon.percentage // 100
        return coupon.received

    def set_offer(self, country: str, service: str, price: int | None, stock: int | None) -> None:
        """Change the list price of an offer, or what every carrier has left of it."""
        offer = self.offers[country, service]
        offer.price = offer.price if price is None else price
        if stock is not None:
            offer.stock = dict.fromkeys(offer.stock, stock)

    def add_coupon(self, user: str, code: str, percentage: int, target: str) -> None:
        """Give an account a coupon."""
        expires = self.now + COUPON_DAYS * 86_400
        self.coupons[code] = Coupon(code, user, percentage, target, self.now, expires)
