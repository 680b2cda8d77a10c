#!/usr/bin/env bash
# Rewrite the locks from pyproject.toml. Hashes, no addresses: see docs/dependencies.md.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${UV:-.venv/bin/uv}
common=(--universal --generate-hashes --no-emit-index-url --no-header --quiet -p 3.11 --override requirements/overrides.txt)
"$uv" pip compile "${common[@]}" pyproject.toml -o requirements/base.txt
"$uv" pip compile "${common[@]}" pyproject.toml --extra dev -c requirements/base.txt -o requirements/dev.txt
