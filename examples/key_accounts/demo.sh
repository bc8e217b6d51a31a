#!/usr/bin/env bash
# Simulates sixty key accounts and scores them; `make demo` runs it after CDNOW.
# Leaves the tables in build/demo/key_accounts/, key_accounts.parquet and key_accounts.html beside it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

mkdir -p build/demo
.venv/bin/python examples/key_accounts/make_portfolio.py --out build/demo/key_accounts
# One row has an amount that is no number, on purpose: --max-rejects lets it pass.
.venv/bin/kam score build/demo/key_accounts \
  --as-of 2024-12-31 \
  --max-rejects 1 \
  --out build/demo/key_accounts.parquet \
  --report build/demo/key_accounts.html \
  --top 12
