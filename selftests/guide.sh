#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Documentation/guide.rst, typed as it stands there: every line behind "#", and
# what it shows as the answer. Also mcsadm auto where it has to warn.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# links: 2
# timeout: 180

. "$(dirname "$0")/lib/lib.sh"
need_mcs

# What builds and installs is run by make check-packages, enable by
# switch-driver.sh.
elsewhere='^(make|apt-get|mcsadm enable)'

# Commands of a section with their expected answers, as "# command" and lines
# that follow.
section()	# number
{
	awk -v n="$1" '
		/^[0-9]+\. / { inside = index($0, n ". ") == 1 }
		inside && /^ +# / { sub(/^ +/, ""); print; more = 1; next }
		inside && more && /^ +[^ *]/ { sub(/^ +/, ""); print; next }
		{ more = 0 }' "$TREE/Documentation/guide.rst"
}

# Other scenarios may have had session 1 before.
numbered()
{
	sed -E "s/(^|--)session 1\b/\1session $(sid)/"
}

run_line()	# command, file with the answer that is shown
{
	local line command

	echo "# $1"
	! [[ $1 =~ $elsewhere ]] || return 0
	command=$(numbered <<<"$1")
	eval "$command" >"$RUN/answer" 2>&1 || { cat "$RUN/answer"; return 1; }
	cat "$RUN/answer"
	while read -r line; do
		grep -qF -- "$line" "$RUN/answer" ||
			fail "'$1' does not say '$line'"
	done < <(numbered <"$2")
}

types()		# section
{
	local line command='' n=0

	: >"$RUN/expected"
	section "$1" >"$RUN/section"
	while read -r line <&4; do
		case $line in
		'# '*)
			[ -z "$command" ] || run_line "$command" "$RUN/expected"
			command=${line#\# }
			: >"$RUN/expected"
			n=$((n + 1))
			;;
		*) echo "$line" >>"$RUN/expected" ;;
		esac
	done 4<"$RUN/section"
	run_line "$command" "$RUN/expected"
	echo "$n commands"
	[ "$n" -gt 0 ]
}

quick_start()
{
	types 1
	wait_for 10 conns_up 2
	wait_for 30 session_ready
	fio_verify "$(disk)" --size=2m
	# once more: nothing to do
	mcsadm auto --add | tee "$RUN/again"
	grep -q 'nothing to add' "$RUN/again"
	conns_up 2
}

report_is_there()
{
	types 4
	grep -q "$IQN" /tmp/report.txt
	rm /tmp/report.txt
}

# A second address on another interface, in the subnet of link 1
same_subnet()
{
	conn_remove 2 --persistent
	ip address flush dev link2
	ip address add 10.0.1.2/24 dev link2
	mcsadm auto >"$RUN/auto" 2>&1
	cat "$RUN/auto"
	grep -q 'mcsadm: link1 and link2 have addresses in one subnet' "$RUN/auto"
	grep -q 'net.ipv4.conf.link2.arp_ignore=1' "$RUN/auto"
	grep -q -- '--source 10.0.1.2 --interface link2' "$RUN/auto"
	ip address flush dev link2
	ip address add 10.0.2.1/24 dev link2
	ip -6 address add fd00:2::1/64 dev link2 nodad
}

# A target that allows one connection gets no proposal it would refuse.
says_why_not()
{
	logout
	wait_for 20 no_sessions
	target_set param/MaxConnections 1
	node_login 1 "$IQN"
	wait_for 30 session_ready
	mcsadm auto | grep -q 'has the 1 connections that the target allows'
	mcsadm status | grep -q 'target answered MaxConnections=1'
	logout
	wait_for 20 no_sessions
}

plan 5
must target_create
must driver_load
must iscsid_start
rm -f /etc/iscsi_mcs.conf
subtest "quick start" quick_start
subtest "two network interfaces, step by step" types 2
subtest "report" report_is_there
subtest "auto warns of two addresses in one subnet" same_subnet
subtest "auto and status say why there is no more" says_why_not
rm -f /etc/iscsi_mcs.conf
