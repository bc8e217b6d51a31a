#!/usr/bin/env bash
# Scores the CDNOW portfolio and prints the accounts with the most money at stake; `make demo`.
# Leaves scores.parquet (with scores.parquet.schema.json) and report.html in build/demo/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

mkdir -p build/demo
.venv/bin/kam score examples/cdnow/CDNOW_master.txt \
  --as-of 1998-06-30 \
  --columns account_id=customer_id,amount=dollar_value \
  --date-format %Y%m%d \
  --out build/demo/scores.parquet \
  --report build/demo/report.html \
  --top 20
