#!/usr/bin/env bash
# Makes sure that the browser of the tests is there: Debian's Chromium.
set -eu
command -v chromium >/dev/null && exit 0
sudo=""
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "Chromium is missing. Install it as root: apt-get install chromium" >&2; exit 1; }
  sudo=sudo
fi
echo "Installing Chromium for the browser tests"
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq chromium >/dev/null
