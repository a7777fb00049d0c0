#!/bin/bash
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

# Is there such a package, and not only one that names it?
there_is()	# package
{
	[ -n "$(chroot "$root" apt-cache madison "$1")" ]
}

# Debian's signed images come some hours after the headers: the newest of which
# there are both.
newest_release()
{
	local pattern release

	pattern=${kernel//./\\.}
	chroot "$root" apt-cache search --names-only \
		"^linux-headers-$pattern\\.[0-9][0-9+a-z.-]*-amd64\$" |
		cut -d' ' -f1 | sed 's/^linux-headers-//' |
		grep -v -E -- '-(rt|cloud)-' | sort -rV |
		while read -r release; do
			there_is "linux-image-$release" || continue
			echo "$release"
			break
		done
}

release=$(newest_release)
[ -n "$release" ] || { echo "no package linux-image-$kernel.*"; exit 1; }
chroot "$root" apt-get -q -y install "linux-headers-$release"

mkdir -p "$root/kernel"
echo "$release" >"$root/kernel/release"
for part in image binary modules; do
	package=linux-$part-$release
	there_is "$package" || continue
	chroot "$root" sh -c "cd /kernel && apt-get -q download $package"
done
