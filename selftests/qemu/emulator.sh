#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# The emulator that VMs with several processors run in: prints the words that a
# command line begins with, one per line. That is the installed one, or, as
# QEMU before 8.1 may go on executing code that another processor has changed
# (see lib/steady), the one of Debian's backports, unpacked in the cache.

set -eu -o pipefail
. "$(dirname "$0")/env.sh"

suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")-backports
dir=$RIG_CACHE/qemu-$suite

is_new_enough()	# program
{
	local version

	version=$("$1" --version | sed -nE '1s/.*version ([0-9.]+).*/\1/p')
	[ "$(printf '%s\n' 8.1 "$version" | sort -V | head -n 1)" = 8.1 ]
}

# Debian's mirror, as this machine knows it
mirror()
{
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
		"Codename: ${suite%-backports}" 2>/dev/null | sed -n 1p | grep . ||
		echo http://deb.debian.org/debian
}

# Download packages of backports with an apt of their own, checked as usual.
download()	# directory, package...
{
	local new=$1 apt
	shift

	mkdir -p "$new/lists/partial" "$new/archives/partial"
	echo "deb $(mirror) $suite main" >"$new/sources.list"
	apt=(apt-get -q -o Acquire::Retries=3 -o Dir::Etc::SourceList="$new/sources.list"
		-o Dir::Etc::SourceParts=- -o Dir::State::Lists="$new/lists"
		-o Dir::Cache::Archives="$new/archives" -o Dir::Cache::pkgcache=
		-o Dir::Cache::srcpkgcache= -o APT::Sandbox::User="$(id -un)")
	"${apt[@]}" update && (cd "$new" && "${apt[@]}" download "$@")
}

# What follows "||" is not ended by an error: each step says so itself.
unpack()
{
	local new=$dir.new deb

	rm -rf "$new"
	download "$new" qemu-system-x86 qemu-system-common qemu-system-data \
		seabios || return
	for deb in "$new"/*.deb; do
		dpkg-deb -x "$deb" "$new/root" || return
	done
	is_new_enough "$new/root/usr/bin/qemu-system-x86_64" || return
	rm -rf "$new"/*.deb "$new/lists" "$new/archives"
	mv "$new" "$dir"
}

if is_new_enough qemu-system-x86_64; then
	echo qemu-system-x86_64
	exit
fi
if [ ! -d "$dir" ]; then
	mkdir -p "$RIG_CACHE"
	exec 9>"$RIG_CACHE/lock"
	flock 9
fi
# tried in vain not long ago
if [ ! -d "$dir" ] && [ -n "$(find "$dir.log" -mmin -1440 2>/dev/null)" ]; then
	echo qemu-system-x86_64
	exit
fi
if [ ! -d "$dir" ]; then
	rig_say "fetching QEMU of $suite"
	unpack >"$dir.log" 2>&1 </dev/null || {
		rig_say "no newer QEMU to be had (see $dir.log): VMs may stand still, if seldom"
		echo qemu-system-x86_64
		exit
	}
fi
root=$dir/root/usr
printf '%s\n' env "QEMU_MODULE_DIR=$root/lib/x86_64-linux-gnu/qemu" \
	"$root/bin/qemu-system-x86_64" -L "$root/share/qemu" -L "$root/share/seabios"
