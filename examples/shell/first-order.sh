#!/usr/bin/env bash
# Order a number and print its code, or request a refund if no code arrives. Requires curl 7.84 or newer.
# Set SMSONLINE_BASE_URL (with /v3), SMSONLINE_USER_ID and SMSONLINE_API_KEY; the price is in US cents.
# Exits with 3 if there is no code, and prints the reason to standard error.
#
#   ./first-order.sh [COUNTRY] [SERVICE] [MOST] [SECONDS]
set -euo pipefail
: "${SMSONLINE_BASE_URL:?is the base URL of V3}" "${SMSONLINE_USER_ID:?is missing}" "${SMSONLINE_API_KEY:?is missing}"

country=${1:-12} service=${2:-ds} most=${3:-20} patience=${4:-300}
numbers=$SMSONLINE_BASE_URL/numbers/$SMSONLINE_USER_ID
body='' outcome='' after=0

no_code() {
    echo "No code: $1" >&2
    exit 3
}

nap() { sleep "$(LC_ALL=C awk "BEGIN { print $1 / ${SMSONLINE_CLOCK_SPEED:-1} }")"; }

# Send a request once: METHOD PATH [JSON]. $body is the body of the response. $outcome is granted, refused, limited (for
# $after seconds), or unknown, if the request may have taken effect. The key is not visible in the list of processes.
call() {
    local answer status said=(--silent --max-time 10 --write-out '\n%{http_code} %header{retry-after}')
    if [ "$1" = GET ]; then
        answer=$(printf 'data-urlencode = "apiKey=%s"\n' "$SMSONLINE_API_KEY" |
            curl "${said[@]}" --config - --get "$numbers$2") || answer=$'\n000'
    else
        said+=(-X "$1" -H 'content-type: application/json' --data-binary @-)
        answer=$(printf '{"apiKey":"%s"%s}' "$SMSONLINE_API_KEY" "${3-}" |
            curl "${said[@]}" "$numbers$2") || answer=$'\n000'
    fi
    body=${answer%$'\n'*}
    read -r status after <<<"${answer##*$'\n'}"
    case "$status $body" in
    429*) outcome=limited ;;
    2*'"ok":true'*) outcome=granted ;;
    [1-4]*'"ok":false'* | 5*'"NO_NUMBERS"'*) outcome=refused ;;
    *) outcome=unknown ;;
    esac
    case $after in '' | *[!0-9]*) after=0 ;; esac
}

# Wait this many seconds, or as long as the service requests.
back_off() { nap "$((after > $1 ? after : $1))"; }

# Send a GET with growing pauses until there is a response. Fails if the service refuses.
get() {
    local pause
    for pause in 2 4 8 16 32; do
        call GET "$1"
        case $outcome in
        granted) return 0 ;;
        refused) return 1 ;;
        esac
        back_off "$pause"
    done
    no_code "the service does not answer"
}

# Print the last value of a field in the body without its quotes, or nothing.
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<<"$body" | head -n 1; }
ids() { grep -o '"orderId":"[0-9]*"' <<<"$body" | tr -dc '0-9\n' | sort || true; }

# Order once, at the current price: NUMBER_OF_THE_TRY. $order stays empty if another try may succeed.
order_number() {
    get "/lookup/$country/any/$service" || no_code "$(field errorMessage)"
    local price wanted
    price=$(sed -n 's/.*"price":\([0-9]*\).*/\1/p' <<<"$body")
    [ "$price" -le "$most" ] || no_code "the price is $price cents"
    wanted=',"country":"%s","service":"%s","carrier":"any","maximumPrice":"%s","m":"%s","n":"%s"'
    # shellcheck disable=SC2059
    call PUT /order "$(printf "$wanted" "$country" "$service" "$price" "$(field m)" "$(field n)")"
    case $outcome-$(field errorMessage) in
    granted-*) order=$(field orderId) ;;
    refused-NO_NUMBERS) nap $((25 * $1)) ;;
    refused-'Additional user action required') ;;
    refused-*) no_code "$(field errorMessage)" ;;
    limited-*) back_off "$1" ;;
    unknown-*)
        # If the order was placed, the inventory shows a new order.
        nap 2
        get /inventory/0 || no_code "$(field errorMessage)"
        order=$(comm -13 <(echo "$before") <(ids) | head -n 1)
        [ -n "$order" ] || nap "$((2 ** $1))"
        ;;
    esac
}

get /inventory/0 || no_code "$(field errorMessage)"
before=$(ids) order=''
for try in 1 2 3 4 5; do
    order_number "$try"
    [ -z "$order" ] || break
done
[ -n "$order" ] || no_code "the order was not placed"
echo "Order $order" >&2

# Print the code and exit, if the code has arrived.
look() {
    get "/order/$order" || return 0
    local code
    code=$(field code)
    if [ -n "$code" ]; then
        echo "$code"
        exit 0
    fi
    [ -z "$(field sms)" ] || received=yes
}

received='' pause=2
while [ "$patience" -gt 0 ]; do
    nap "$pause"
    patience=$((patience - pause))
    look
    [ "$pause" -ge 15 ] || pause=$((pause * 3 / 2))
done
[ -z "$received" ] || no_code "an SMS came without one"

for pause in 2 4 8 16 32; do
    call PATCH "/order/$order/refund"
    [ "$outcome" != granted ] || no_code "none came, the number is returned for its money"
    back_off "$pause"
    look
    [ "$(field status)" != refunded ] || no_code "none came, the number is returned for its money"
done
no_code "none came, and order $order could not be returned"
