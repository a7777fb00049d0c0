#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Build the rig's root file system image from Debian packages, or find it in
# the cache. Prints the image's path.

set -eu -o pipefail
. "$(dirname "$0")/env.sh"

key=$(rig_hash "$RIG_DIR/packages" "$RIG_DIR/image.sh")
image=$RIG_CACHE/root-$RIG_SUITE-$key.img

# The machine's own Debian sources, so that a local mirror keeps being used.
sources()
{
	local list

	list=$(apt-get indextargets \
		--format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)' \
		'Created-By: Packages' 2>/dev/null |
		sed -nE "s/^(deb \S+ $RIG_SUITE(-updates|-security)? main) Debian$/\1/p" |
		sort -u)
	if [ -z "$list" ]; then
		list="deb http://deb.debian.org/debian $RIG_SUITE main
deb http://deb.debian.org/debian $RIG_SUITE-updates main
deb http://deb.debian.org/debian-security $RIG_SUITE-security main"
	fi
	echo "$list"
}

# Options of the machine's apt that decide whether it can download at all.
apt_options()
{
	local key value

	for key in Acquire::http::Proxy Acquire::https::Proxy \
		   Acquire::Check-Valid-Until; do
		value=
		eval "$(apt-config shell value "$key")"
		[ -z "$value" ] || printf -- '--aptopt=%s "%s"\n' "$key" "$value"
	done
}

build()
{
	local work=$1 packages
	local -a options

	packages=$(sed -E '/^(#|$)/d' "$RIG_DIR/packages" | paste -sd,)
	mapfile -t options < <(apt_options)
	mmdebstrap --variant=essential --include="$packages" \
		--aptopt='APT::Install-Recommends "false"' \
		--aptopt='Acquire::Retries "3"' \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		--dpkgopt='path-exclude=/usr/lib/udev/hwdb.d/*' \
		"${options[@]}" \
		--customize-hook='rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/*' \
		--customize-hook='mkdir -p "$1"/src "$1"/results "$1"/usr/lib/modules' \
		--customize-hook='echo rig >"$1"/etc/hostname' \
		"$RIG_SUITE" "$work/tree" - < <(sources)
	mke2fs -q -t ext4 -d "$work/tree" -L rigroot -m 0 \
		-O ^has_journal -E lazy_itable_init=1 "$work/root.img" \
		"$(($(du -sm "$work/tree" | cut -f1) * 5 / 4 + 64))M" >/dev/null
}

if [ "${1:-}" = --build ]; then
	# mmdebstrap has sh write to a descriptor, which must have one digit
	exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
	build "$2"
	exit 0
fi

mkdir -p "$RIG_CACHE"
exec 9>"$RIG_CACHE/lock"
flock 9
if [ ! -e "$image" ]; then
	sudo=
	[ "$(id -u)" = 0 ] || sudo=sudo
	work=$(mktemp -d "$RIG_CACHE/build.XXXXXX")
	trap '$sudo rm -rf --one-file-system "$work"' EXIT
	rig_say "building the root file system from Debian packages, once," \
		"2 to 6 minutes"
	rig_progress "root file system" "$RIG_CACHE/image.log" \
		$sudo "$RIG_DIR/image.sh" --build "$work"
	mv "$work/root.img" "$image"
fi
echo "$image"
