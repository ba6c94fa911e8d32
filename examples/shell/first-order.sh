#!/usr/bin/env bash
# Order a number, wait for its code, and return the number for its money if none comes. Needs curl, and nothing else.
# Set SMSONLINE_BASE_URL (with /v3), SMSONLINE_USER_ID and SMSONLINE_API_KEY; the price is in US cents.
#
#   ./first-order.sh [COUNTRY] [SERVICE] [MOST] [SECONDS]
set -euo pipefail
: "${SMSONLINE_BASE_URL:?is the base URL of V3}" "${SMSONLINE_USER_ID:?is missing}" "${SMSONLINE_API_KEY:?is missing}"

country=${1:-12} service=${2:-ds} most=${3:-20} patience=${4:-300}
numbers=$SMSONLINE_BASE_URL/numbers/$SMSONLINE_USER_ID

# The key comes from a file handle, so that no list of processes shows it.
get() {
    printf 'data-urlencode = "apiKey=%s"\n' "$SMSONLINE_API_KEY" |
        curl --silent --show-error --fail --max-time 10 --retry 3 --config - --get "$numbers$1"
}

# Never repeated by itself: what got no answer may have happened.
change() {
    printf '%s' "$3" | curl --silent --show-error --max-time 10 -X "$1" \
        -H 'content-type: application/json' --data-binary @- "$numbers$2"
}

# The last value of a field in an answer: a text without its quotes, or nothing.
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | head -n 1; }
ids() { grep -o '"orderId":"[0-9]*"' | tr -dc '0-9\n' | sort; }

before=$(get /inventory/0 | ids || true)
wanted='{"apiKey":"%s","country":"%s","service":"%s","carrier":"any","maximumPrice":"%s","m":"","n":""}'
# shellcheck disable=SC2059
answer=$(change PUT /order "$(printf "$wanted" "$SMSONLINE_API_KEY" "$country" "$service" "$most")") || answer=
case $answer in
*'"ok":true'*) order=$(field orderId <<<"$answer") ;;
*'"ok":false'*)
    echo "The service refused: $(field errorMessage <<<"$answer")" >&2
    exit 1
    ;;
*)
    # No answer that makes sense. If the order was placed, it is the one that was not there before.
    order=$(comm -13 <(echo "$before") <(get /inventory/0 | ids || true) | head -n 1)
    if [ -z "$order" ]; then
        echo "The order was not placed: no answer, and no new number in the inventory" >&2
        exit 1
    fi
    ;;
esac
echo "Order $order" >&2

pause=1
while [ "$patience" -gt 0 ]; do
    sleep "$pause"
    patience=$((patience - pause))
    code=$(get "/order/$order" | field code)
    if [ -n "$code" ]; then
        echo "$code"
        exit 0
    fi
    [ "$pause" -ge 15 ] || pause=$((pause * 2))
done

for _ in 1 2 3; do
    change PATCH "/order/$order/refund" "{\"apiKey\":\"$SMSONLINE_API_KEY\"}" >/dev/null || true
    if [ "$(get "/order/$order" | field status)" = refunded ]; then
        echo "No code came: returned for its money" >&2
        exit 3
    fi
done
echo "No code came, and the number could not be returned: order $order" >&2
exit 4
