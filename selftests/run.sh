#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Run scenarios in the rig: all of them, or those named.
#
# Usage: run.sh [--checks] [options of qemu/vm] [scenario.sh...]
#   --checks   the checks that need no VM first (static, unit, fuzz, library)
#
# Scenarios that may share a VM are run in one boot. A scenario says in its
# head what it needs, each on a line of its own:
#   # topology: netns|pair     (default netns: target in a namespace)
#   # links: N                 (default 4 in netns, 2 in pair)
#   # drivers: iscsi_mcs iscsi_tcp   (default iscsi_mcs)
#   # own-vm: yes              (shares its VM with nobody)
#   # vm: --icount             (more options for qemu/vm)
#   # timeout: SECONDS         (default 180)
#
# Output is KTAP with progress; the last line is the sum. Status 1 when a test
# failed, or when one was skipped and CI is true.

set -u
cd "$(dirname "$0")" || exit 1
. qemu/env.sh

checks=0 override=() named=() driver=''
while [ $# -gt 0 ]; do
	case $1 in
	--checks) checks=1 ;;
	--driver) driver=$2; shift ;;
	--two-vms) override+=(--two-vms) ;;
	--icount) override+=("$1") ;;
	--*) override+=("$1" "$2"); shift ;;
	*) named+=("$1") ;;
	esac
	shift
done

passed=0 failed=0 skipped=0
results=${RIG_RESULTS:-$(mktemp -d /tmp/rig.XXXXXX)}
mkdir -p "$results"

head_word()	# script, key, default
{
	local value

	value=$(sed -nE "s/^# $2: (.*)$/\1/p" "$1" | head -n 1)
	echo "${value:-$3}"
}

# Count result lines of a stream that are indented by four, pass it through.
count()
{
	local file=$1

	failed=$((failed + $(grep -cE '^    not ok ' "$file")))
	skipped=$((skipped + $(grep -cE '^( {4})?ok .*# SKIP' "$file")))
	passed=$((passed + $(grep -E '^    ok ' "$file" | grep -vc '# SKIP')))
}

# A directory whose Makefile has a check target: its TAP lines count, or its
# status when it prints none.
host_check()	# directory, target
{
	local log=$results/check-${1//\//-}.log rc

	[ -e "../$1/Makefile" ] || return 0
	echo "# $1: make $2"
	CMOCKA_MESSAGE_OUTPUT=TAP make --no-print-directory -C "../$1" "$2" \
		</dev/null 2>&1 |
		tee "$log.raw" | grep --line-buffered -E '^[[:space:]]*(not )?ok [0-9]' |
		sed -uE 's/^[[:space:]]*/    /' | tee "$log"
	rc=${PIPESTATUS[0]}
	if [ "$rc" != 0 ] && ! grep -q '^    not ok' "$log"; then
		tail -n 30 "$log.raw" | sed 's/^/    # /'
		echo "    not ok 1 $1 $2" | tee -a "$log"
	elif [ ! -s "$log" ]; then
		echo "    ok 1 $1 $2" | tee -a "$log"
	fi
	count "$log"
}

# One boot. Arguments: options of vm, "--", scenarios
boot()
{
	local options=() log rc limit=120 script word
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift

	for script in "$@"; do
		word=$(head_word "$script" timeout 180)
		limit=$((limit + word))
	done
	boots=$((boots + 1))
	log=$results/boot-$boots
	echo "# boot $boots: ${options[*]}: $*"
	qemu/vm --results "$log" --env "RIG_TIME_FACTOR=${RIG_TIME_FACTOR:-1}" \
		--timeout $((limit * ${RIG_TIME_FACTOR:-1})) "${options[@]}" "$@" |
		tee "$results/stream-$boots"
	rc=${PIPESTATUS[0]}
	count "$results/stream-$boots"
	if [ "$rc" != 0 ]; then
		echo "    not ok 1 boot $boots runs to its end (results in $log)"
		failed=$((failed + 1))
	fi
}

# Sort scenarios into boots by what they need.
plan_boots()
{
	local script topology links name options own

	for script in "$@"; do
		topology=$(head_word "$script" topology netns)
		options="--links $(head_word "$script" links 4)"
		[ "$topology" = netns ] ||
			options="--two-vms --links $(head_word "$script" links 2)"
		options+=" $(head_word "$script" vm "")"
		own=-
		[ "$(head_word "$script" own-vm no)" = no ] || own=$script
		for name in ${driver:-$(head_word "$script" drivers iscsi_mcs)}; do
			printf '%s|--driver %s %s|%s\n' "$own" "$name" \
				"${options% }" "$script"
		done
	done | sort -s -t'|' -k1,2
}

run_boots()
{
	local own options script last='' list=()

	boots=0
	while IFS='|' read -r own options script; do
		if [ "$own|$options" != "$last" ] && [ ${#list[@]} -gt 0 ]; then
			boot ${last#*|} ${override+"${override[@]}"} -- "${list[@]}"
			list=()
		fi
		last="$own|$options"
		list+=("$script")
	done < <(plan_boots "$@")
	[ ${#list[@]} = 0 ] ||
		boot ${last#*|} ${override+"${override[@]}"} -- "${list[@]}"
}

if [ $checks = 1 ]; then
	host_check selftests/kernels static
	host_check userspace check
	host_check selftests/unit check
	host_check selftests/fuzz check
fi

if [ ${#named[@]} = 0 ]; then
	mapfile -t scenarios < <(make -s list)
else
	scenarios=()
	for name in "${named[@]}"; do
		name=${name#selftests/}
		[ -e "$name" ] || name=$name.sh
		[ -e "$name" ] || rig_die "no scenario ${name%.sh}; see make -C selftests list"
		scenarios+=("$name")
	done
fi
./qemu/deps.sh rig || exit 1
run_boots "${scenarios[@]}"

echo "# results in $results"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ] || exit 1
[ $skipped = 0 ] || [ "${CI:-}" != true ] || exit 1
[ $passed -gt 0 ]
