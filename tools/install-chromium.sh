#!/usr/bin/env bash
# Chromium for the browser tests, from the system's packages.
set -euo pipefail
for name in "${TONGBAN_CHROMIUM:-}" chromium chromium-browser google-chrome; do
  if [ -n "$name" ] && command -v "$name" >/dev/null; then
    echo "Browser: $(command -v "$name")"
    exit 0
  fi
done
if ! command -v apt-get >/dev/null; then
  echo "No Chromium here and no apt-get to install it; install one and set TONGBAN_CHROMIUM to its path." >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "No Chromium here; as root run: apt-get install chromium (or set TONGBAN_CHROMIUM)." >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq </dev/null
apt-get install -y -qq --no-install-recommends chromium </dev/null
