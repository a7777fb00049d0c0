#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Install the Debian packages a step of the build needs and does not find.
# Usage: deps.sh build|userspace|rig|deb|bench...

set -u

declare -A sets=(
	[build]="gcc make libc6-dev pkg-config linux-headers-amd64
		 libnl-3-dev libnl-genl-3-dev libjson-c-dev libsystemd-dev"
	[userspace]="dbus-daemon g++ libcmocka-dev man-db systemd util-linux"
	[bench]="gnuplot-nox jq"
	[rig]="busybox-static cpio gcc libc6-dev e2fsprogs kmod mmdebstrap socat
	       qemu-system-x86 util-linux xz-utils"
	[deb]="debhelper dh-dkms dpkg-dev libsystemd-dev lintian"
)

missing=()
for name in "$@"; do
	for pkg in ${sets[$name]}; do
		state=$(dpkg-query -W -f '${Status}' "$pkg" 2>/dev/null)
		[ "${state##* }" = installed ] || missing+=("$pkg")
	done
done
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
	echo "missing packages (Debian names), install them first: ${missing[*]}" >&2
	exit 1
fi

sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
export DEBIAN_FRONTEND=noninteractive
apt="$sudo apt-get -q -y -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

echo "installing with apt-get: ${missing[*]}"
$apt update >"$log" 2>&1 </dev/null || true
if ! $apt install --no-install-recommends "${missing[@]}" >>"$log" 2>&1 </dev/null; then
	tail -n 15 "$log" >&2
	echo "apt-get could not install: ${missing[*]} (see above)" >&2
	exit 1
fi
