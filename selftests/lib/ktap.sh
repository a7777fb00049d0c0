# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# KTAP output. Results go to descriptor 3 (standard output when a scenario is
# run by hand); everything else a scenario prints is its log.
# shellcheck shell=bash

{ true >&3; } 2>/dev/null || exec 3>&1

# slow kernels (KASAN and the like) get more time for everything
: "${RIG_TIME_FACTOR:=1}"
KTAP_COUNT=0
KTAP_FAILED=0

# Start of a scenario: how many subtests it has. Its end, however it comes
# about, cleans up.
plan()		# number of subtests
{
	trap 'rig_reset >/dev/null 2>&1; exit $((KTAP_FAILED > 0))' EXIT
	echo "KTAP version 1" >&3
	echo "1..$1" >&3
}

# a comment in the stream and in the log
note()
{
	echo "# $*" >&3
	echo "note: $*"
}

# Say why a check failed; false, so that it ends a subtest.
fail()
{
	note "$*"
	return 1
}

ktap_result()	# ok|not ok, name
{
	KTAP_COUNT=$((KTAP_COUNT + 1))
	echo "$1 $KTAP_COUNT $2" >&3
}

on_error()	# place, command
{
	note "$1: failed: ${2%%$'\n'*}"
}

subtest_skip()	# name, reason
{
	ktap_result ok "$1 # SKIP $2"
}

# Setting up, outside subtests: without it the scenario makes no sense.
must()		# command...
{
	"$@" && return
	ktap_result "not ok" "setting up: $*"
	KTAP_FAILED=$((KTAP_FAILED + 1))
	diagnose
	exit 1
}

# Run a command or function as one subtest. It runs in a subshell with
# errexit: the first command that fails fails the subtest. Call it plainly,
# not in a condition, where bash ignores errexit.
subtest()	# name, command...
{
	local name=$1 rc
	shift

	echo "=== $name ($(cut -d' ' -f1 /proc/uptime))"
	(
		set -eE
		trap 'on_error "${BASH_SOURCE[0]##*/}:$LINENO" "$BASH_COMMAND"' ERR
		"$@"
	)
	rc=$?
	if [ $rc = 0 ]; then
		ktap_result ok "$name"
		return 0
	fi
	ktap_result "not ok" "$name"
	diagnose
	KTAP_FAILED=$((KTAP_FAILED + 1))
	# each further one may take its full deadline to fail
	[ $KTAP_FAILED -lt 3 ] || exit 1
	return 1
}

# The whole scenario cannot run here. Status 4 is kselftest's skip.
skip_all()	# reason
{
	echo "1..0 # SKIP $*" >&3
	exit 4
}

# Poll a condition until it holds or the deadline (seconds) has passed. Where it takes
# long to find out, as on a debug kernel, on which starting a process is slow, most of
# the time is left for what is waited for.
wait_for()	# deadline, command...
{
	local end=$((${EPOCHREALTIME/./} + $1 * RIG_TIME_FACTOR * 1000000)) asked left took
	shift

	while asked=${EPOCHREALTIME/./}; ! "$@"; do
		left=$(((end - ${EPOCHREALTIME/./}) / 1000))
		if [ $left -le 0 ]; then
			echo "deadline passed: $*"
			return 1
		fi
		took=$(((${EPOCHREALTIME/./} - asked) / 1000))
		pause_ms $((took < 33 ? 100 : 3 * took < left ? 3 * took : left))
	done
}

# A sleep that starts no process
pause_ms()	# milliseconds
{
	local seconds

	printf -v seconds '%d.%03d' $(($1 / 1000)) $(($1 % 1000))
	[ -n "${KTAP_NEVER:-}" ] || exec {KTAP_NEVER}<> <(:)
	read -rt "$seconds" -u "$KTAP_NEVER" || true
}

# The opposite of a command, usable with wait_for and errexit.
negate()
{
	! "$@"
}

expect_failure()	# command...
{
	if "$@"; then
		fail "succeeded but should not have: $*"
		return 1
	fi
}

equals()	# actual, expected, what
{
	[ "$1" = "$2" ] || fail "${3:-value}: got '$1', expected '$2'"
}

between()	# actual, low, high, what
{
	if [ "$1" -lt "$2" ] || [ "$1" -gt "$3" ]; then
		fail "${4:-value} is $1, expected $2 to $3"
	fi
}
