#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Run scenarios in the rig: all of them, or those named.
#
# Usage: run.sh [--checks] [--also KERNEL]... [options of qemu/vm] [scenario.sh...]
#   --checks   the checks that need no VM first (static, unit, fuzz, library)
#   --also     after that, what each kernel has to pass at the least, on this one
#              too: 6.12 or 7.2, or "debug". That is the debug kernel, when it is
#              there, and else the usual one with all that it can check of itself
#
# Scenarios that may share a VM are run in one boot. A scenario says in its
# head what it needs, each on a line of its own:
#   # topology: netns|pair     (default netns: target in a namespace)
#   # links: N                 (default 4 in netns, 2 in pair)
#   # drivers: iscsi_mcs iscsi_tcp   (default iscsi_mcs)
#   # own-vm: yes              (shares its VM with nobody)
#   # vm: --icount             (more options for qemu/vm)
#   # vm: --smp 1              (two processors are for what has to be right on several:
#                                an emulator is two to three times as fast with one)
#   # timeout: SECONDS         (default 180; may reckon with what --env sets, as in
#                                "${MINUTES:-30} * 60 + 900")
#
# Output is KTAP with progress; the last line is the sum. Status 1 when a test
# failed, or when one was skipped and CI is true.

set -u
cd "$(dirname "$0")" || exit 1
. qemu/env.sh

checks=0 also=() override=() given=() named=() driver=''
while [ $# -gt 0 ]; do
	case $1 in
	--checks) checks=1 ;;
	--also) also+=("$2"); shift ;;
	--driver) driver=$2; shift ;;
	--two-vms) override+=(--two-vms) ;;
	--icount|--profile) override+=("$1") ;;
	--env) override+=("$1" "$2") given+=("$2"); shift ;;
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

# Seconds that a scenario has, as lib/sequence in the guest reckons them: with the
# variables that it is given, and no others.
seconds_of()	# script
{
	env -i "PATH=$PATH" ${given+"${given[@]}"} \
		bash -c "echo \$(($(head_word "$1" timeout 180)))"
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
		tee "$log.raw" | grep --line-buffered -E '^[[:space:]]*((not )?ok |# )' |
		sed -uE 's/^[[:space:]]*/    /' | tee "$log"
	rc=${PIPESTATUS[0]}
	if [ "$rc" != 0 ] && ! grep -q '^    not ok' "$log"; then
		tail -n 30 "$log.raw" | sed 's/^/    # /'
		echo "    not ok 1 $1 $2" | tee -a "$log"
	elif [ "$rc" = 0 ] && ! grep -qE '^    (not )?ok ' "$log"; then
		echo "    ok 1 $1 $2" | tee -a "$log"
	fi
	count "$log"
}

# Boot a VM in the background. Arguments: options of vm, "--", scenarios
boot()
{
	local options=() limit=120 script seconds
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift

	for script in "$@"; do
		seconds=$(seconds_of "$script") || rig_die "no timeout in $script"
		limit=$((limit + seconds))
	done
	boots=$((boots + 1))
	echo "# boot $boots: ${options[*]}: $*" >"$results/stream-$boots"
	qemu/vm --results "$results/boot-$boots" \
		--env "RIG_TIME_FACTOR=${RIG_TIME_FACTOR:-1}" \
		--timeout $((limit * ${RIG_TIME_FACTOR:-1})) "${options[@]}" "$@" \
		</dev/null >>"$results/stream-$boots" 2>&1 &
	running[boots]=$!
}

# Print the output of the boots that are running, one after the other as it
# comes, and count the results. What runs beside them all is left for the end.
collect()
{
	local n

	for n in "${!running[@]}"; do
		[ "$n" != "$beside" ] || continue
		tail -n +1 -s 0.2 -f --pid="${running[n]}" "$results/stream-$n"
		count "$results/stream-$n"
		wait "${running[n]}" || {
			echo "    not ok 1 boot $n runs to its end (results in $results/boot-$n)"
			failed=$((failed + 1))
		}
		unset "running[n]"
	done
}

# Where a boot comes in the order of things. The one that counts instructions has one
# processor and no hurry: it runs beside those that need no more than one either.
rank()		# options, own
{
	case $1/$2 in
	*--icount*) echo 0 ;;
	*--two-vms*/-) echo 1 ;;
	*"--links 2"*/-) echo 2 ;;
	*/-) echo 3 ;;
	*) echo 4 ;;
	esac
}

# Sort scenarios into boots by what they need.
plan_boots()
{
	local script topology name options own

	for script in "$@"; do
		topology=$(head_word "$script" topology netns)
		options="--links $(head_word "$script" links 4)"
		[ "$topology" = netns ] ||
			options="--two-vms --links $(head_word "$script" links 2)"
		options+=" $(head_word "$script" vm "")"
		own=-
		[ "$(head_word "$script" own-vm no)" = no ] || own=$script
		for name in ${driver:-$(head_word "$script" drivers iscsi_mcs)}; do
			printf '%s|%s|--driver %s %s|%s\n' "$(rank "$options" "$own")" \
				"$own" "$name" "${options% }" "$script"
		done
	done | sort -s -t'|' -k1,3 | cut -d'|' -f2-
}

# The last one counts.
has_one_processor()	# options
{
	local words=" $* "

	[[ $words == *" --smp "* && ${words##* --smp } == "1 "* ]]
}

# Two VMs side by side for the long list of scenarios that can share one, if they have a
# processor each. Where two have to share one they wait for each other's locks.
boot_shared()	# options, "--", scenarios
{
	local options=() even=() odd=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift

	if [ $# -lt 6 ] || [ "$(nproc)" -lt 2 ] || ! has_one_processor "${options[@]}"; then
		boot "${options[@]}" -- "$@"
		collect
		return
	fi
	while [ $# -gt 0 ]; do
		even+=("$1")
		[ $# -lt 2 ] || odd+=("$2")
		shift
		shift
	done
	boot "${options[@]}" -- "${even[@]}"
	boot "${options[@]}" -- "${odd[@]}"
	collect
}

boot_group()	# "own|options", scenarios
{
	local words
	read -ra words <<<"${1#*|}"
	words+=(${override+"${override[@]}"})

	if [[ " ${words[*]} " = *" --icount "* ]]; then
		boot "${words[@]}" -- "${@:2}"
		beside=$boots
	elif [ "${1%%|*}" = - ] && [[ " ${words[*]} " != *" --two-vms "* ]]; then
		boot_shared "${words[@]}" -- "${@:2}"
	else
		boot "${words[@]}" -- "${@:2}"
		collect
	fi
}

run_boots()
{
	local own options script last='' list=()

	boots=0 running=() beside=''
	# background jobs do not hear Ctrl-C
	trap '[ ${#running[@]} = 0 ] || kill "${running[@]}" 2>/dev/null' EXIT
	trap 'exit 130' INT TERM
	while IFS='|' read -r own options script; do
		if [ "$own|$options" != "$last" ] && [ ${#list[@]} -gt 0 ]; then
			boot_group "$last" "${list[@]}"
			list=()
		fi
		last="$own|$options"
		list+=("$script")
	done < <(plan_boots "$@")
	[ ${#list[@]} = 0 ] || boot_group "$last" "${list[@]}"
	beside=''
	collect
}

# Those scenarios of a list that want so many processors, one or two
wanting()	# processors
{
	local script

	while read -r script; do
		case " $(head_word "$script" vm "") " in
		*" --smp 1 "*) [ "$1" = 1 ] ;;
		*) [ "$1" = 2 ] ;;
		esac && echo "$script"
	done
}

# The least that a kernel has to pass, on others than the usual one. A kernel that
# Debian has replaced is no failure of ours: the newest one moves on by itself.
# Return: 1 when there is no such kernel.
also_boot()	# kernel, processors
{
	local dir rc set=core options=(--driver iscsi_mcs --links 4 --smp "$2") scripts

	if [ "$1" != debug ]; then
		dir=$(kernels/ready.sh "$1")
		rc=$?
		[ $rc != 3 ] || { echo "# kernel $1 is not in Debian any more"; return 1; }
		[ $rc = 0 ] || { echo "    not ok 1 kernel $1"; failed=$((failed + 1)); return 1; }
		options+=(--kernel "$dir")
	elif kernels/build-debug.sh --cached kasan >/dev/null; then
		set=smoke
		dir=$(kernels/ready.sh kasan) || rig_die "no module for the debug kernel"
		options+=(--kernel "$dir" --memory 1536)
		local -x RIG_TIME_FACTOR=5
	else
		set=smoke
		options+=(--boot "slub_debug=FZPU page_poison=1")
	fi
	mapfile -t scripts < <(make -s $set | wanting "$2")
	[ ${#scripts[@]} = 0 ] || boot "${options[@]}" -- "${scripts[@]}"
}

# Most scenarios want one processor: as many kernels at a time as there are. The debug
# kernel is several times as slow as the others, which take turns beside it.
also_boots()	# kernel...
{
	local kernel there=() before=$boots

	if [[ " $* " = *" debug "* ]]; then
		also_boot debug 1
		[ "$boots" = "$before" ] || beside=$boots
	fi
	for kernel in "$@"; do
		if [ "$kernel" = debug ]; then
			there+=("$kernel")
			continue
		fi
		also_boot "$kernel" 1 && there+=("$kernel")
		[ ${#running[@]} -lt "$(nproc)" ] || collect
	done
	beside=''
	collect
	for kernel in ${there+"${there[@]}"}; do
		also_boot "$kernel" 2
		collect
	done
}

# What failed, once more and together, each with what was said before it.
summary()
{
	local file

	for file in "$results"/check-*.log "$results"/stream-*; do
		[ ! -e "$file" ] || awk -v name="$(basename "$file" .log)" '
			/# Subtest: / { name = $NF; said = ""; next }
			/^    # ([|]|log:)/ { next }
			/^    # / { said = said "#   " substr($0, 7) "\n" }
			/^    ok / { said = "" }
			/^    not ok / {
				printf "# %s: %s\n%s", name, substr($0, 5), said
				said = ""
			}' "$file"
	done
}

if [ $checks = 1 ]; then
	host_check selftests/kernels static
	host_check userspace check
	host_check userspace/packaging check
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
# programs that scenarios run in the guest
{ make --no-print-directory -s programs &&
	make --no-print-directory -s -C unit build/hostile_target &&
	make --no-print-directory -s -C peer &&
	make --no-print-directory -s -C bench; } >"$results/programs.log" 2>&1 ||
	rig_die "cannot build the programs of selftests, its unit, peer and bench, see $results/programs.log"
rig_lock
run_boots "${scenarios[@]}"
also_boots ${also+"${also[@]}"}

[ $failed = 0 ] || summary
echo "# results in $results"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ] || exit 1
[ $skipped = 0 ] || [ "${CI:-}" != true ] || exit 1
[ $passed -gt 0 ]
