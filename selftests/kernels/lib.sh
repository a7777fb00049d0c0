# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
# shellcheck shell=bash
#
# Helpers of the scripts in this directory. Source it.

kernels_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034 # used by the scripts that source this file
top_dir=$(cd "$kernels_dir/../.." && pwd)
. "$kernels_dir/../qemu/env.sh"
cache_dir=$RIG_CACHE/kernels

say()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die()
{
	say "$*"
	exit 1
}

as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

apt_get()
{
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		-o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" >&2
}

# need_packages NAME... - install what is missing, saying so in one line
need_packages()
{
	local pkg missing=()

	for pkg in "$@"; do
		dpkg-query -W -f '${Status}' "$pkg" 2>/dev/null |
			grep -q 'ok installed' || missing+=("$pkg")
	done
	[ ${#missing[@]} -eq 0 ] && return 0
	command -v apt-get >/dev/null ||
		die "missing packages: ${missing[*]} (no apt-get here)"
	say "installing ${missing[*]}"
	apt_get install --no-install-recommends "${missing[@]}" ||
		{ apt_get update &&
		  apt_get install --no-install-recommends "${missing[@]}"; } ||
		die "cannot install ${missing[*]}; install them and try again"
}

# lock NAME - one builder per result; waits, released when the script exits
lock()
{
	mkdir -p "$cache_dir"
	exec 9>"$cache_dir/.$1.lock"
	flock -n 9 || { say "waiting for another build of $1"; flock 9; }
}
