#!/usr/bin/env bash
# Make .venv from the lock. Run by `make setup`.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
command -v "$python" >/dev/null || { echo "Python 3.11 or newer is needed and $python was not found." >&2; exit 1; }
command -v git >/dev/null || { echo "git is needed and was not found." >&2; exit 1; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "Python 3.11 or newer is needed; $python is $("$python" -V 2>&1). Try: make PYTHON=python3.12 up" >&2
  exit 1
}
"$python" -c 'import venv, ensurepip' 2>/dev/null || {
  echo "This Python cannot make environments; on Debian install the package python3-venv." >&2
  exit 1
}
[ -x .venv/bin/python ] || "$python" -m venv .venv
echo "Installing the locked packages (a few minutes the first time) …"
.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.txt
.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
