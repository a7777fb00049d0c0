#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Memory that the kernel does not give: once in an operation, and then in another
# place of it, until most have had their turn; in the calls that reach the module
# and in the threads that work for it. What was asked for fails with an error and
# leaves nothing behind, or it works; what runs goes on, no data is lost. Then one of
# the module's functions after the other says that it has failed. Needs a kernel with
# failslab, fail_page_alloc and fail_function: make check-debug TESTS=fault-injection.
#
#   initiator 10.0.1.1 ---- link 1 ---- 10.0.1.10 target (one LUN)
#             10.0.2.1 ---- link 2 ---- 10.0.2.10
#
# ROUNDS (default 8) is the number of places in each operation.
# topology: pair
# timeout: ${ROUNDS:-8} * 60 + 600

. "$(dirname "$0")/lib/lib.sh"

FAULTS=/sys/kernel/debug
KINDS=(failslab fail_page_alloc)
FUNCTION=$FAULTS/fail_function
PRELOAD=$TREE/selftests/peer/build/faults.so
SEEN=$TRACE/instances/faults
# the module's functions in a trace; what calls them when it comes and goes, as
# their names go with it
OWN='=> (mcs_|iscsi_mcs_|do_one_initcall|.*delete_module)'
: "${ROUNDS:=8}"
# what has to be done before each fault
prepare=:
export FAULTS_FILE=$RUN/faults-nth
# more than any operation allocates
NEVER=1000000

# Every fault leaves the way to it in a trace.
faults_prepare()
{
	local kind

	echo 0 >"$FAULTS_FILE"
	for kind in "${KINDS[@]}"; do
		echo 1 >$FAULTS/$kind/task-filter
		echo N >$FAULTS/$kind/ignore-gfp-wait
		echo -1 >$FAULTS/$kind/times
		echo 0 >$FAULTS/$kind/verbose
	done
	pages_fail 1
	# shellcheck disable=SC2016 # the kernel's
	printf '%s failed=$retval:u8\n' 'r:rig/slab __should_failslab' \
		'r:rig/page should_fail_alloc_page' >>$TRACE/kprobe_events
	mkdir "$SEEN"
	echo 1 >"$SEEN/options/stacktrace"
	echo 'failed == 1' >"$SEEN/events/rig/filter"
	echo 1 >"$SEEN/events/rig/enable"
}

faults_forget()
{
	arm_call 0
	arm_threads 0
	threads_often 0
	function_forget
	[ ! -d "$SEEN" ] || {
		echo 0 >"$SEEN/events/rig/enable"
		rmdir "$SEEN"
	}
	printf -- '-:rig/%s\n' slab page >>$TRACE/kprobe_events
}

# Single pages, or only what nobody asks for
pages_fail()	# 1 or 0
{
	echo $(($1 ? 0 : 32)) >$FAULTS/fail_page_alloc/min-order
}

# The n-th allocation of the next call of a preloaded program
arm_call()	# n
{
	echo "$1" >"$FAULTS_FILE"
}

used_call()
{
	echo $((NEVER - $(cat "$FAULTS_FILE")))
}

# The n-th allocation of each thread that may connect or recover. Any worker of a
# pool runs any work of the queues that share it, ours among them, and which one
# will be next nobody can say. So all of them are armed, the faults of others' work
# are put up with, and faults_note tells those in the module.
arm_threads()	# n
{
	local pid

	for pid in $(pgrep '^kworker/u'); do
		echo "$1" 2>/dev/null >"/proc/$pid/fail-nth" || true
	done
}

# The most that one of them has allocated
used_threads()
{
	local pid

	for pid in $(pgrep '^kworker/u'); do
		cat "/proc/$pid/fail-nth" 2>/dev/null || true
	done | awk -v never=$NEVER '$1 && never - $1 > n { n = never - $1 }
		END { print n + 0 }'
}

# The next calls of a function, in whichever thread, fail
arm_function()	# how many
{
	echo "$1" >$FUNCTION/times
}

used_function()
{
	echo $((1 - $(cat $FUNCTION/times)))
}

function_is_spent()
{
	[ "$(cat $FUNCTION/times)" = 0 ]
}

# EIO, which is none of those that allocations lead to, or what is said
function_choose()	# name, value
{
	arm_function 0
	echo N >$FUNCTION/task-filter
	echo 0 >$FUNCTION/verbose
	echo 1 >$FUNCTION/interval
	echo 0 >$FUNCTION/space
	echo 100 >$FUNCTION/probability
	echo "$1" >$FUNCTION/inject
	printf %#x "${2:--5}" >"$FUNCTION/$1/retval"
}

function_forget()
{
	arm_function 0
	echo >$FUNCTION/inject
}

# No more faults; how many there could have been.
disarm()
{
	used=$(used_"$kind")
	arm_"$kind" 0
}

# Do it with all the memory there is, to see what it takes, and then again and
# again, with a fault in one place after the other. Who does it says disarm.
sweep()	# call or threads, what, first place counted from the end
{
	local n first=1
	kind=$1

	worked=0 failed=0
	"$prepare"
	arm_"$kind" $NEVER
	"$2"
	equals "$failed" 0 "failures without a fault"
	[ "$used" -le "${3:-$NEVER}" ] || first=$((used - $3))
	echo "$used allocations"
	for n in $(seq "$first" $(((used - first) / ROUNDS + 1)) "$used"); do
		echo "fault in allocation $n"
		"$prepare"
		arm_"$kind" "$n"
		"$2"
	done
	note "$worked worked, $failed did not"
	faults_note
}

# How many there were since the last time, and in which of the module's
# functions.
faults_note()
{
	grep -v '^#' "$SEEN/trace" >"$RUN/faults" || true
	echo >"$SEEN/trace"
	note "$(grep -c 'failed=1' "$RUN/faults") faults, below the module:" \
		"$(awk -v own="$OWN" '/failed=1/ { mine = 0 }
			$0 ~ own && !mine { mine = 1; n[$2]++ }
			END { for (f in n) printf "%s %d  ", f, n[f] }' "$RUN/faults")"
	grep -qE "$OWN" "$RUN/faults" || fail "none of them in the module"
}

# A command with a fault in it works, or says why not.
attempt()	# command...
{
	if "$@" >"$RUN/out" 2>&1; then
		worked=$((worked + 1))
		return
	fi
	failed=$((failed + 1))
	cat "$RUN/out"
	[ -s "$RUN/out" ] || fail "fails without a word"
}

# Only the answer was lost: nobody can say what has become of it.
unanswered()
{
	grep -q 'out of resources' "$RUN/out"
}

preloaded()	# command...
{
	LD_PRELOAD=$PRELOAD "$@"
}

alone()
{
	local cid

	cid=$(cid_of_link 2)
	{ [ -z "$cid" ] || conn_remove "$cid"; } && state_is LOGGED_IN
}

add()
{
	local before=$failed

	attempt preloaded "$MCSADM" add --session "$(sid)" --portal "$(target_ip 2)"
	disarm
	[ "$failed" = "$before" ] || unanswered ||
		equals "$(cid_of_link 2)" "" "connection after an error"
	wait_for 60 alone
}

adds_in_call()
{
	sweep call add
	equals "$(session_field recoveries)" 0 "logins of the session"
}

# What the target is like is to be asked again. Threads carry that out, too.
class_unknown()
{
	mcsadm tune --session "$(sid)" target-class=unknown
}

adds_in_threads()
{
	local prepare=class_unknown

	sweep threads add
	note "logins of the session: $(session_field recoveries)"
}

remove()
{
	attempt preloaded "$MCSADM" remove --session "$(sid)" --cid "$(cid_of_link 2)"
	disarm
	wait_for 60 alone
	conn_add 2
}

removes()
{
	local before

	conn_add 2
	before=$(session_field recoveries)
	sweep call remove
	sweep threads remove
	equals "$(session_field recoveries)" "$before" "logins of the session"
}

lose()
{
	reset_by_initiator $((1 + link % 2))
	link=$((link + 1))
	io_resumed "$(disk)" 60
	wait_for 60 conns_up 2
	disarm
	worked=$((worked + 1))
}

# One that is lost again and again comes back later and later.
fresh()
{
	local n=$((1 + link % 2))

	conn_remove "$(cid_of_link $n)"
	conn_add $n
	wait_for 60 conns_up 2
}

# As much as leaves time for what happens beside it.
some_io()
{
	io_begin "$(disk)" --iodepth=4 --size=2m --bsrange=4k-16k --rate_iops=20
}

losses()
{
	local link=0 prepare=fresh

	some_io
	sweep threads lose
	note "logins of the session: $(session_field recoveries), losses: $(count losses)"
	io_end
}

# All connections, and none comes back before the last of them is lost. What iscsid
# hears of that takes memory, too.
lose_all()
{
	local before n

	before=$(session_field recoveries)
	for n in 1 2; do
		block_in $n reject with tcp reset
	done
	wait_for 60 negate state_is LOGGED_IN
	block_end
	wait_for 60 recovered_since "$before"
	io_resumed "$(disk)" 60
	wait_for 60 conns_up 2
	disarm
	worked=$((worked + 1))
}

recovered_since()	# recoveries before
{
	[ "$(session_field recoveries)" -gt "$1" ] && state_is LOGGED_IN
}

# The leading connection has been removed: the next login of the session would bring
# it back beside those that there are.
session_anew()
{
	logout
	wait_for 30 no_sessions
	node_login 1 "$IQN"
	wait_for 30 session_ready
	conn_add 2
}

session_losses()
{
	# the second one is made anew each time
	local link=1 prepare=fresh

	session_anew
	some_io
	sweep threads lose_all
	note "logins of the session: $(session_field recoveries)"
	io_end
}

# One allocation of so many, in all threads that send; 0 for none. All workers for
# the same reason.
threads_often()	# how many
{
	local kind pid

	for kind in "${KINDS[@]}"; do
		echo "$1" >$FAULTS/$kind/interval
		echo $(($1 ? 100 : 0)) >$FAULTS/$kind/probability
	done
	for pid in $(pgrep '^kworker'); do
		echo $(($1 > 0)) 2>/dev/null >"/proc/$pid/make-it-fail" || true
	done
}

requests()
{
	awk '{ print $1 + $5 }' "/sys/block/$(basename "$(disk)")/stat"
}

more_requests()	# than
{
	[ "$(requests)" -gt "$1" ]
}

# So many commands at once that not their submitters send them
goes_on()
{
	local every

	io_begin "$(disk)" --size=8m --bsrange=4k-32k --rate_iops=200 \
		--iodepth=64 --iodepth_batch=64 --iodepth_batch_complete_min=64
	for every in 17 9; do
		threads_often $every
		wait_for 60 more_requests $(($(requests) + 128))
		threads_often 0
	done
	faults_note
	note "losses: $(count losses)"
	io_end
}

# One of the things that may call it, with two connections before and after. It may
# take a new login of the session, in the middle of which none is added.
function_in()	# what
{
	arm_function 1
	"$1"
	hits=$((hits + used))
	[ -n "$(cid_of_link 2)" ] || wait_for 60 conn_add 2
	wait_for 60 conns_up 2
}

add_again()
{
	arm_function 0
	conn_remove "$(cid_of_link 2)"
	class_unknown
	arm_function 1
	add
}

functions()
{
	local function what kind=function worked=0 failed=0 hits link=0

	for function in mcs_connect_prepare mcs_login_sock_create \
			mcs_login_connect mcs_ctl_wait_run; do
		function_choose $function
		hits=0
		for what in add_again remove; do
			function_in $what
		done
		some_io
		function_in lose
		io_end
		function_forget
		note "$function: $hits calls failed"
		[ $hits -gt 0 ] || fail "$function was not called"
	done
	note "$worked worked, $failed did not," \
		"logins of the session: $(session_field recoveries)"
}

# Those that a login of the session begins with
functions_of_logins()
{
	local function kind=function worked=0 failed=0

	for function in mcs_tasks_alloc mcs_connect_prepare; do
		function_choose $function
		arm_function 1
		login_once
		function_forget
		equals "$used" 1 "calls of $function that failed"
	done
	note "functions of logins: $worked worked, $failed did not"
}

logged_out()
{
	no_sessions && return
	iscsiadm -m node -T "$IQN" --logout >"$RUN/out" 2>&1 || true
	no_sessions
}

login_once()
{
	attempt timeout $((60 * RIG_TIME_FACTOR)) \
		iscsiadm -m node -T "$IQN" --login
	disarm
	wait_for 60 logged_out
}

logins()
{
	logout
	wait_for 30 no_sessions
	iscsid_stop
	LD_PRELOAD=$PRELOAD iscsid_start
	sweep call login_once
	functions_of_logins
	iscsid_stop
	iscsid_start
	node_login 1 "$IQN"
	wait_for 30 session_ready
	fio_verify "$(disk)" --size=2m
	logout
	wait_for 30 no_sessions
}

# LIO pings no connection again that has left one ping without an answer.
pings_answered()
{
	rm -rf /etc/iscsi/nodes/*
	target_delete
	target_create chap=alice:twelve-chars-of-it
	target_pings_often
	login node.session.auth.authmethod=CHAP node.session.auth.username=alice \
		node.session.auth.password=twelve-chars-of-it
	function_choose mcs_ctl_alloc_reply 0
	arm_function 4
	wait_for 60 function_is_spent
	function_forget
	equals "$(session_field recoveries)" 0 "logins of the session"
	equals "$(count losses)" 0 "losses"
	logout
	wait_for 30 no_sessions
}

load()
{
	attempt preloaded insmod "$RUN/iscsi_mcs.ko"
	disarm
	driver_unload
}

unload()
{
	insmod "$RUN/iscsi_mcs.ko"
	attempt preloaded rmmod iscsi_mcs
	disarm
	driver_unload
}

# The loader gets its memory for the module before that begins to run. Pages do
# not fail: the kernel says a lot about what it wants to have in one piece.
loads()
{
	cp "$(driver_file)" "$RUN/iscsi_mcs.ko"
	driver_unload
	pages_fail 0
	sweep call load 200
	sweep call unload
	driver_load
	driver_unload
}

# The rig looks for leaks afterwards, if kmemleak has not given up.
leaks_are_found()
{
	[ ! -e $FAULTS/kmemleak ] || echo scan >$FAULTS/kmemleak
}

need_mcs
for dir in "${KINDS[@]/#/$FAULTS/}" $FUNCTION; do
	[ -d "$dir" ] || skip_all "this kernel has no fault injection"
done
klog_allow 'iscsi_mcs' 'connection[0-9]+:' 'session[0-9]+:' 'sd [0-9:]+' \
	'scsi host' 'socket: no more sockets' 'SLUB: Unable to allocate memory' \
	'Could not allocate skb to send reply' \
	'^<4>\[[ 0-9.]+\] +(cache|node [0-9]+): ' \
	'kobject_add_internal failed for iscsi_ctrl_.*error: -12'
on_target klog_allow 'rx_data returned' 'iSCSI Login negotiation failed' \
	'Did not receive response to NOPIN'
plan 11
trap 'faults_forget >/dev/null 2>&1; rig_reset >/dev/null 2>&1; exit $((KTAP_FAILED > 0))' EXIT
must target_create
must login
must faults_prepare
subtest "connections are added, no memory in the call" adds_in_call
subtest "connections are added, no memory in the threads" adds_in_threads
subtest "connections are removed" removes
subtest "connections are lost" losses
subtest "all connections are lost" session_losses
subtest "I/O goes on" goes_on
subtest "functions of the module fail" functions
subtest "the session logs in" logins
subtest "the target's pings are answered without memory" pings_answered
subtest "the module is loaded and unloaded" loads
subtest "leaks would be found" leaks_are_found
