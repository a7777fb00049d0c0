#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Build the module for each kernel with gcc and clang, W=1. KTAP on stdout.
#
#	build-all.sh KERNEL...

set -uo pipefail
. "$(dirname "$0")/lib.sh"

[ $# -gt 0 ] || set -- 6.1 6.12 7.2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
n=0
failed=0

# one KERNEL COMPILER - no error and no warning
one()
{
	"$kernels_dir/build-module.sh" "$1" "$2" W=1 >"$log" 2>&1 || return 1
	! findings
}

# findings - messages about the project's own files, or errors of the build.
# objtool expects gcc's thunks; kernel headers are not ours.
findings()
{
	grep -E '^(/build/clang/|/build/gcc/)?(drivers|include)/.*(warning|error):|modpost: ' \
		"$log" | grep -v 'warning: objtool'
}

echo "TAP version 13"
echo "1..$(($# * 2))"
for kernel in "$@"; do
	for compiler in gcc clang; do
		n=$((n + 1))
		if one "$kernel" "$compiler" >/dev/null; then
			echo "ok $n $kernel $compiler W=1"
		else
			{ findings || tail -n 5 "$log"; } | sed 's/^/# /'
			echo "not ok $n $kernel $compiler W=1"
			failed=$((failed + 1))
		fi
	done
done
[ $failed -eq 0 ]
