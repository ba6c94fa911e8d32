#!/usr/bin/env bash
# Generate the package smsonline_v3 from the contract document of a running mock: ./generate.sh [FOLDER]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
openapi-python-client generate --overwrite --meta none --config "$here/config.yaml" \
    --url "${SMSONLINE_MOCK_URL:-http://127.0.0.1:8080}/__mock__/contracts/v3.json" \
    --output-path "${1:-$here}/smsonline_v3"
