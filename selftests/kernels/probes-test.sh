#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Is the single compile of include/compat/probes.c as good as one per probe?
#
#	probes-test.sh HEADERS
#
# Prints one line for each probe where the two differ, and nothing else.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

headers=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
compat=$work/all/include/compat

# probed DIR - run the probes of DIR, print the macros that are set
probed()
{
	make -s -C "$headers" M="$1" modules >"$1/log" 2>&1 ||
		{ cat "$1/log"; return 1; }
	sed -n 's/^#define \(MCS_HAVE_[A-Z0-9_]*\) 1$/\1/p' \
		"$1"/include/compat/.probed/*/mcs_have.h | sort
}

# a module without objects runs the probes and nothing more
copy()
{
	mkdir -p "$1/include"
	cp -r "$top_dir/include/compat" "$1/include/"
	rm -rf "$1/include/compat/.probed"
	echo "include \$(src)/include/compat/Makefile.compat" >"$1/Kbuild"
}

# one NAME - probes.c with the common includes and this section only
one()
{
	awk -v name="$1" '
		/^#line 1 / { on = $3 == "\"" name "\""; started = 1 }
		!started || on' "$compat/probes.c"
}

copy "$work/all"
probed "$work/all" >"$work/set"
sed -n 's/^#line 1 "\(.*\)"$/\1/p' "$compat/probes.c" | while read -r name; do
	copy "$work/$name"
	one "$name" >"$work/$name/include/compat/probes.c"
	alone=$(probed "$work/$name" | grep -xF "$name" || :)
	together=$(grep -xF "$name" "$work/set" || :)
	[ "$alone" = "$together" ] ||
		echo "$name: alone '$alone', together '$together'"
done
