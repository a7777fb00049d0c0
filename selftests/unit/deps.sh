#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright (C) The iscsi_mcs authors
#
# Usage: deps.sh <package>=<file pattern> ...
# Installs every package whose file is missing, with one line saying so.
set -euo pipefail

missing=()
for item in "$@"; do
	# the pattern may match several files, or none
	if ! compgen -G "${item#*=}" >/dev/null; then
		missing+=("${item%%=*}")
	fi
done
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
	echo "missing packages, please install: ${missing[*]}" >&2
	exit 1
fi
echo "installing with apt-get: ${missing[*]}"
sudo=
[ "$(id -u)" -eq 0 ] || sudo=sudo
$sudo apt-get -o DPkg::Lock::Timeout=300 -qq update >/dev/null || true
DEBIAN_FRONTEND=noninteractive $sudo apt-get -o DPkg::Lock::Timeout=300 \
	-qq -y --no-install-recommends install "${missing[@]}" >/dev/null
