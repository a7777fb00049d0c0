#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) The iscsi_mcs authors
#
# Manual pages: every exported symbol has one, none makes the formatter
# complain, and every example compiles without a warning and runs, against the
# stand-in for the module.
#
# man.sh LIBRARY COMPILER ARGUMENT... - how to compile an example

set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
pages=$here/../man
lib=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export ISCSIDSC_TEST_DIR=$work/dir
mkdir -p "$ISCSIDSC_TEST_DIR/sys/class/iscsi_session/session1/device"
status=0

report()
{
	if [ "$1" = 0 ]; then
		echo "ok man $2"
	else
		echo "not ok man $2"
		status=1
	fi
}

# Names of a page: from NAME to the dash
names()
{
	sed -n '/^\.SH NAME/,/\\-/p' "$1" | sed 's/ *\\-.*//; s/,$//; /^\.SH/d'
}

exported=$(nm -D --defined-only "$lib" |
	sed -n 's/.* T \(.*\)@@LIBISCSIDSC_1\.0$/\1/p' | sort)
described=$(for page in "$pages"/*.3; do names "$page"; done | sort)
missing=$(comm -23 <(echo "$exported") <(echo "$described"))
[ -z "$missing" ]
report $? "every call has a page $missing"

if command -v man >/dev/null && man --version >/dev/null 2>&1; then
	for page in "$pages"/*.[37] "$here"/../*/*.8; do
		man -l --warnings "$page" 2>&1 >/dev/null | grep .
	done >"$work/warnings"
	[ ! -s "$work/warnings" ]
	report $? "pages are well formed"
	cat "$work/warnings"
fi

for page in "$pages"/*.3; do
	name=$(basename "$page" .3)
	sed -n '/^\.EX$/,/^\.EE$/p' "$page" | sed '/^\.E[XE]$/d; s/\\-/-/g; s/\\e/\\/g' \
		>"$work/$name.c"
	[ -s "$work/$name.c" ] &&
		"$@" -o "$work/$name" "$work/$name.c" 2>"$work/log" &&
		[ ! -s "$work/log" ] && "$work/$name" >"$work/log" 2>&1
	report $? "example of $name"
	sed 's/^/# /' "$work/log"
done
exit $status
