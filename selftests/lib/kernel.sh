# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# The kernel log and what it must not contain.
# shellcheck shell=bash

# Start of a scenario in the kernel log. It may run more than once: with the time.
klog_mark()	# text
{
	local mark

	mark="rig: $1 ($(cut -d' ' -f1 /proc/uptime) s)"
	echo "<6>$mark" >/dev/kmsg
	echo "$mark" >"$RUN/klog-mark"
	rm -f "$RUN/klog-allow"
	# LIO's three seconds for data, and iscsid's patience with a login, are short
	# for a kernel that checks a lot
	[ "$RIG_TIME_FACTOR" = 1 ] ||
		klog_allow 'Unable to recover from DataOut timeout' \
			'iSCSI Login negotiation failed'
}

# The scenario provokes these messages on purpose (extended regex).
klog_allow()
{
	printf '%s\n' "$@" >>"$RUN/klog-allow"
}

# Messages since the mark at warning level or worse that nothing allows. Without
# the mark the log has run over: what is left of it is all since then.
klog_bad()
{
	local allow=/dev/null mark seen=0

	[ ! -e "$RUN/klog-allow" ] || allow=$RUN/klog-allow
	mark=$(cat "$RUN/klog-mark")
	dmesg --raw >"$RUN/klog"
	if [ -z "$mark" ] || ! grep -qF -- "$mark" "$RUN/klog"; then
		echo "the kernel's log does not go back to the beginning"
		seen=1
	fi
	awk -v mark="$mark" -v seen=$seen \
		-v known="$(klog_list "$LIB_DIR/klog-allow-traces" | paste -sd'|')" '
		!seen && index($0, mark) { seen = 1; next }
		!seen { next }
		# a trace of the kernel is one message, known or not
		!inside && /-\[ cut here \]-/ { trace = ""; inside = "end trace" }
		# and so is what lockdep has to say, between lines of their own
		!inside && /\] [=-]*$/ { next }
		!inside && /WARNING: possible .* detected/ {
			trace = ""
			inside = "</TASK>"
		}
		# races that the kernel has with itself are not ours
		!inside && /BUG: KCSAN: / {
			trace = ""
			inside = "] ======"
			others = !/\[iscsi_mcs\]/
		}
		inside { trace = trace $0 "\n" }
		inside && index($0, inside) {
			if (!others && (known == "" || trace !~ known))
				printf "%s", trace
			inside = ""
			others = 0
			next
		}
		inside { next }
		/: iSCSI Initiator over TCP\/IP/ { stock = !/MC\/S$/ }
		# iscsid may answer before libiscsi has done with its task: the
		# stock driver loses that race sometimes, and logs in once more
		stock && /: Login\/Text in progress\.|iSCSI Login negotiation failed/ {
			next
		}
		match($0, /^<[0-9]+>/) {
			if (substr($0, 2, RLENGTH - 2) % 8 <= 4)
				print
		}
		END { if (inside) printf "%s", trace }' "$RUN/klog" |
		grep -vE -f <(klog_list "$LIB_DIR/klog-allow") |
		{ if [ -s "$allow" ]; then grep -vE -f "$allow"; else cat; fi; }
	rm -f "$RUN/klog"
	return 0
}

# The expressions of a list, without its comments.
klog_list()	# file
{
	sed -E '/^(#|$)/d' "$1"
}

# Taint bits beyond S (clearcpuid), O and E (our unsigned module) and W, which
# follows a warning that klog_bad judges.
taint_bad()
{
	local taint

	taint=$(cat /proc/sys/kernel/tainted)
	echo $((taint & ~((1 << 2) | (1 << 9) | (1 << 12) | (1 << 13))))
}

# New leaks, on a kernel that can tell. What has changed since the last scan, or is
# not five seconds old, is none yet: so there are two, with that time in between.
# When it has run out of memory it does nothing any more, and says so.
kmemleak_bad()
{
	local file=/sys/kernel/debug/kmemleak

	[ -e $file ] || return 0
	if ! echo scan >$file; then
		echo "kmemleak does not look for leaks any more"
		return 0
	fi
	sleep 5
	echo scan >$file
	cat $file
	echo clear >$file
}

# After its first report lockdep checks nothing any more, whoever's locks that was about.
lockdep_bad()
{
	local file=/proc/lockdep_stats

	[ -e $file ] || return 0
	grep -q '^ *debug_locks: *1$' $file || echo "lockdep does not check locks any more"
}

KCSAN=/sys/kernel/debug/kcsan

# On the kernel that has KCSAN it looks for races from now on: not while that boots.
kcsan_begin()
{
	[ ! -e $KCSAN ] || echo on >$KCSAN
}

# Silence says something only if it has looked.
kcsan_bad()
{
	local name value enabled=0 watched=0

	[ -e $KCSAN ] || return 0
	while read -r name value; do
		case $name in
		enabled:) enabled=$value ;;
		setup_watchpoints:) watched=$value ;;
		esac
	done <$KCSAN
	[ "$enabled" = 1 ] && [ "$watched" -gt 0 ] || echo "KCSAN does not look for races"
}

# All that there is to say against a kernel after a scenario; nothing is good.
kernel_bad()
{
	klog_bad
	[ "$(taint_bad)" = 0 ] || echo "taint bits $(taint_bad)"
	lockdep_bad
	kmemleak_bad
	kcsan_bad
	return 0
}

# kB that are in use: what is not free and cannot be, and the kernel's own.
# The target in this machine counts as well.
memory()
{
	sync
	echo 3 >/proc/sys/vm/drop_caches
	# the scenario's own logs are in a tmpfs
	awk '/^Shmem:/ { shmem = $2 }
		/^MemAvailable:/ { available = $2 }
		/^(SUnreclaim|Percpu|VmallocUsed):/ { printf "%s%s ", $1, $2 }
		END { printf "MemAvailable:%d\n", available + shmem }' /proc/meminfo
}

memory_field()	# name, line of memory()
{
	sed -n "s/.*\b$1:\([0-9]*\).*/\1/p" <<<"$2"
}

TRACE=/sys/kernel/debug/tracing

# Record the module's trace events from now on; TRACE_IO=1 adds the disk's.
trace_begin()
{
	[ -d $TRACE/events/iscsi_mcs ] || return 0
	echo 0 >$TRACE/tracing_on
	echo >$TRACE/trace
	echo 1 >$TRACE/events/iscsi_mcs/enable
	[ -z "${TRACE_IO:-}" ] || {
		echo 1 >$TRACE/events/block/block_rq_issue/enable
		echo 1 >$TRACE/events/block/block_rq_complete/enable
	}
	echo 1 >$TRACE/tracing_on
}

# What was recorded, and no more of it.
trace_end()	# file
{
	[ -d $TRACE/events/iscsi_mcs ] || return 0
	echo 0 >$TRACE/tracing_on
	echo 0 >$TRACE/events/enable
	grep -v '^#' $TRACE/trace >"$1" || true
}
