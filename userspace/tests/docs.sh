#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) The iscsi_mcs authors
#
# The examples of Documentation/userspace.rst do what it says. In the block
# after a line ".. run", lines that begin with "# " are commands; what stands
# below is what they print, on either stream. The module is the stand-in.

set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
page=$here/../../Documentation/userspace.rst
mcsadm=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/dir"
ln -s "$mcsadm" "$work/bin/mcsadm"
ln -s "$mcsadm" "$work/bin/iscsicli"
export ISCSIDSC_TEST_DIR=$work/dir MCSADM_TEST=''
n=0
status=0

# Words of a command, never names of files
run()
{
	local words

	IFS=' ' read -ra words <<<"$1"
	case ${words[0]} in
	mcsadm | iscsicli) "$work/bin/${words[0]}" "${words[@]:1}" ;;
	cat) cat "$ISCSIDSC_TEST_DIR/${words[1]##*/}" ;;
	*) echo "not known to this test" ;;
	esac 2>&1 </dev/null | sed 's/^[^ ]*\/mcsadm: /mcsadm: /'
}

# Compare what a command printed with the lines below it
judge()
{
	[ -n "$command" ] || return
	n=$((n + 1))
	run "$command" >"$work/got"
	if diff -u "$work/expected" "$work/got"; then
		echo "ok $n docs $command"
	else
		echo "not ok $n docs $command"
		status=1
	fi
	command=
}

command='' inside=''
while IFS= read -r line; do
	case $line in
	'.. run') inside=1 ;;
	# comments of the file that is printed begin with a word, too
	'   # mcsadm '* | '   # iscsicli '* | '   # cat '*)
		[ -n "$inside" ] || continue
		judge
		command=${line#'   # '}
		: >"$work/expected"
		;;
	'   '*) [ -z "$command" ] || echo "${line#'   '}" >>"$work/expected" ;;
	'') [ -z "$command" ] || echo >>"$work/expected" ;;
	*)
		# the empty line before the text does not belong to it
		[ -z "$command" ] || sed -i '$ { /^$/d }' "$work/expected"
		judge
		[ "$line" = '::' ] || inside=
		;;
	esac
done <"$page"
[ $n -gt 8 ] || { echo "not ok docs: only $n examples found"; status=1; }
exit $status
