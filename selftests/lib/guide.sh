# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Type what Documentation/guide.rst shows: every line behind "#", with what
# stands below as the answer; "..." in it stands for anything.
# shellcheck shell=bash

GUIDE=$TREE/Documentation/guide.rst

# Run by other tests: what builds and installs by make check-packages, enable
# by switch-driver.sh, the root file system's by make check-boot; demo and check
# are themselves. targetcli is the target's, says_why_not writes what it does.
typed_elsewhere()	# command
{
	[[ $1 =~ ^(make (demo|check|deb)|apt-get install|mcsadm enable) ]] ||
		[[ $1 =~ ^(targetcli|lsinitramfs|systemctl reboot) ]]
}

# Commands of a section with their expected answers, as "# command" and lines
# that follow.
section()	# number
{
	awk -v n="$1" '
		/^[0-9]+\. / { inside = index($0, n ". ") == 1 }
		inside && /^ +# / { sub(/^ +/, ""); print; more = 1; next }
		inside && more && /^ +[^ *]/ { sub(/^ +/, ""); print; next }
		{ more = 0 }' "$GUIDE"
}

# Other scenarios may have had session 1 before.
numbered()
{
	sed -E "s/(^|--)session 1\b/\1session $(sid)/; s/sid=1\b/sid=$(sid)/"
}

# Whether an answer has the lines that are shown; the missing one is in
# $RUN/missing.
answered()	# file with what is shown
{
	local line

	while read -r line; do
		echo "$line" >"$RUN/missing"
		sed -E 's/[][\.*^$]/\\&/g; s/(\\\.){3}/.*/g' <<<"$line" >"$RUN/pattern"
		grep -qf "$RUN/pattern" "$RUN/answer" || return 1
	done <"$1"
}

# What shows events is asked again until they have come.
answers_late()	# command, file with what is shown
{
	[[ $1 =~ ^(grep|trace-cmd show) ]] || return 1
	wait_for 30 eval "$1 >'$RUN/answer' 2>&1; answered '$2'"
}

run_line()	# command, file with the answer that is shown
{
	local command

	echo "# $1"
	! typed_elsewhere "$1" || return 0
	# a connection cannot be cut before it is back
	! [[ $1 == "ss -K"* ]] || wait_for 60 conns_up 2
	command=$(numbered <<<"$1")
	numbered <"$2" >"$RUN/shown"
	eval "$command" >"$RUN/answer" 2>&1 || answers_late "$command" "$RUN/shown" ||
		{ cat "$RUN/answer"; return 1; }
	answered "$RUN/shown" || answers_late "$command" "$RUN/shown" ||
		{ cat "$RUN/answer"; fail "'$1' does not say '$(cat "$RUN/missing")'"; }
	cat "$RUN/answer"
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
