#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) The iscsi_mcs authors
#
# The library exports what the version script lists, nothing more or less;
# every call of the header is exported; every errno of the specification has a
# row in the table of causes.

set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lib=$1
top=$here/../..
status=0

check()
{
	if diff <(sort -u <<<"$2") <(sort -u <<<"$3"); then
		echo "ok $1"
	else
		echo "not ok $1"
		status=1
	fi
}

listed=$(sed -n 's/^\t\([A-Za-z_0-9]*\);$/\1/p' "$here/../libiscsidsc/libiscsidsc.map")
exported=$(nm -D --defined-only "$lib" |
	sed -n 's/.* T \(.*\)@@LIBISCSIDSC_1\.0$/\1/p')
declared=$(sed -nE '
	s/^(ISDSC_STATUS|uint32_t|void|int|size_t|const char \*) ?([A-Za-z_]+)\(.*/\2/p
	s/^([A-Za-z_]+)\(.*/\1/p' "$top"/include/iscsidsc*.h)
check "exported symbols are those of the version script" "$listed" "$exported"
check "exported symbols are those of the headers" "$declared" "$exported"

# errnos OPERATION TABLE - each that is promised is in the table
errnos()
{
	local promised mapped

	promised=$(sed -n "/name: $1\$/,/attribute-set/p" \
		"$top/Documentation/netlink/specs/iscsi_mcs.yaml" |
		grep -oE '\bE[A-Z]{3,}\b' | sort -u)
	mapped=$(grep -oE "\{ ($2|ANY), E[A-Z]+" \
		"$here/../libiscsidsc/status.c" | grep -oE 'E[A-Z]+$' | sort -u)
	[ -n "$promised" ] || mapped='' promised=none
	check "every errno of $1 has a status" "" \
		"$(comm -23 <(echo "$promised") <(echo "$mapped"))"
}
errnos conn-add ADD
errnos conn-del DEL
errnos conn-set SET
exit $status
