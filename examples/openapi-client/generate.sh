#!/usr/bin/env bash
# Make the package smsonline_v3 from the contract document, here or in another folder: ./generate.sh [FOLDER]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
openapi-python-client generate --overwrite --meta none --config "$here/config.yaml" \
    --path "${DOCUMENT:-$here/../../contracts/documents/v3.yaml}" --output-path "${1:-$here}/smsonline_v3"
