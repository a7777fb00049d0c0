#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# mmdebstrap hook of fetch.sh: install the headers of the newest KERNEL into
# ROOT and leave its image packages, unpacked later, in ROOT/kernel.
#
#	fetch-hook.sh ROOT KERNEL

set -eu

root=$1
kernel=$2

# Newer kernels of a stable release may be in its backports only.
find "$root/etc/apt" -name '*.list' -exec \
	sed -n 's/ \(bookworm\) main/ \1-backports main/p' {} + |
	sort -u >"$root/etc/apt/sources.list.d/backports.list"
chroot "$root" apt-get -q update

pattern=$(echo "$kernel" | sed 's/\./\\./g')
headers=$(chroot "$root" apt-cache search --names-only \
	"^linux-headers-$pattern\\.[0-9][0-9+a-z.-]*-amd64\$" |
	cut -d' ' -f1 | grep -v -E -- '-(rt|cloud)-' | sort -V | tail -n1)
[ -n "$headers" ] || { echo "no package linux-headers-$kernel.*"; exit 1; }
release=${headers#linux-headers-}
chroot "$root" apt-get -q -y install "$headers"

mkdir -p "$root/kernel"
echo "$release" >"$root/kernel/release"
for part in image binary modules; do
	package=linux-$part-$release
	chroot "$root" apt-cache show "$package" >/dev/null 2>&1 || continue
	chroot "$root" sh -c "cd /kernel && apt-get -q download $package"
done
