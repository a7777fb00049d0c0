#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Checks that need no running kernel. KTAP on stdout, findings as diagnostics.
#
#	static.sh [CHECK...]	default: all of them, in the order of $checks
#
# A check that takes minutes is not done again until a file that it reads, or a
# package that it works with, is another one; it says so. Only what has passed is
# remembered, in the cache's directory "static", which may go at any time.

set -uo pipefail
. "$(dirname "$0")/lib.sh"

checks="sources tests_named syzkaller generated checkpatch kernel_doc shellcheck gcc clang sparse probes"
source_version=${SOURCE_VERSION:-6.1}
# files and packages of those that are remembered
declare -A reads=(
	[generated]='Documentation/netlink drivers/*-gen.* include/uapi selftests/kernels'
	[checkpatch]='*.c *.h selftests/kernels'
	[kernel_doc]='drivers include userspace selftests/kernels'
	[shellcheck]='.'
	[gcc]='Kbuild drivers include selftests/kernels'
	[clang]='Kbuild drivers include selftests/kernels'
	[sparse]='Kbuild drivers include selftests/kernels'
	[probes]='include/compat selftests/kernels'
)
declare -A packages=(
	[generated]='python3-yaml python3-jsonschema'
	[checkpatch]="linux-source-$source_version xz-utils perl"
	[kernel_doc]="linux-source-$source_version xz-utils perl"
	[shellcheck]='shellcheck'
	[gcc]='gcc'
	[clang]='clang lld llvm'
	[sparse]='sparse'
	[probes]='gcc'
)
static_dir=$(dirname "$cache_dir")/static
ran=0
failed=0
names=()

# list PATTERN... - files of the project, also those not yet committed
list()
{
	git -C "$top_dir" ls-files -co --exclude-standard -- "$@" |
		(cd "$top_dir" && while read -r f; do
			[ -f "$f" ] && echo "$f"
		done)
}

# result NAME FILE - one test: passed if FILE, the findings, is empty
result()
{
	local count

	ran=$((ran + 1))
	names+=("$1")
	count=$(wc -l <"$2")
	if [ "$count" -eq 0 ]; then
		echo "ok $ran $1"
	else
		sed 's/^/# /' "$2"
		echo "not ok $ran $1 # $count findings"
		failed=$((failed + 1))
	fi
}

# key CHECK - what its result rests on
key()
{
	local patterns

	read -ra patterns <<<"${reads[$1]}"
	{
		echo "$headers"
		# shellcheck disable=SC2086 # names of packages
		dpkg-query -W make 'gcc*' 'clang*' 'llvm*' "$(basename "$headers")" \
			${packages[$1]} 2>/dev/null
		list "${patterns[@]}" | LC_ALL=C sort | (cd "$top_dir" &&
			xargs -d '\n' sha256sum)
	} | sha256sum | cut -c1-24
}

# remembered CHECK - do it, or say again what passed
remembered()
{
	local name before=$ran passed

	# shellcheck disable=SC2086 # names of packages
	need_packages ${packages[$1]} >&2
	passed=$static_dir/$1-$(key "$1")
	# what is in a directory of somebody's own is not looked at
	if [ -f "$passed" ] && [ -z "${KERNELDIR:-}" ]; then
		while read -r name; do
			ran=$((ran + 1))
			echo "ok $ran $name # unchanged since it passed"
		done <"$passed"
		return
	fi
	names=() failed_before=$failed
	"check_$1"
	[ $failed = "$failed_before" ] && [ $ran -gt $before ] || return
	mkdir -p "$static_dir"
	rm -f "$static_dir/$1-"*
	printf '%s\n' "${names[@]}" >"$passed.$$"
	mv "$passed.$$" "$passed"
}

# kernel_tools - checkpatch and kernel-doc out of Debian's linux-source
kernel_tools()
{
	local version

	version=$(dpkg-query -W -f '${Version}' "linux-source-$source_version")
	tools=$cache_dir/tools-$version
	[ -f "$tools/complete" ] && return
	mkdir -p "$tools"
	tar -C "$tools" --strip-components=2 --wildcards \
		-xf "/usr/src/linux-source-$source_version.tar.xz" \
		'*/scripts/checkpatch.pl' '*/scripts/spelling.txt' \
		'*/scripts/const_structs.checkpatch' '*/scripts/kernel-doc' &&
		touch "$tools/complete"
}

# allowed - drop the checkpatch findings listed in checkpatch.allow
allowed()
{
	awk -F '\t' '
		FNR == NR { if (!/^#/ && NF == 3) { n++; path[n] = $1
				type[n] = ":" $2 ": "; text[n] = $3 }
			    next }
		{ for (i = 1; i <= n; i++)
			if (index($0, path[i]) == 1 && index($0, type[i]) &&
			    $0 ~ text[i])
				next
		  print }' "$kernels_dir/checkpatch.allow" -
}

# in_parts COMMAND... - on the files of standard input, on all CPUs, the output
# of each process in a file of its own: in a pipe they cut each other's lines
in_parts()
{
	parts=$work/parts xargs -P "$(nproc)" -n 20 \
		sh -c '"$@" >>"$parts/$$" 2>&1' part "$@"
}

check_checkpatch()
{
	kernel_tools
	# Through links: checkpatch leaves a file in the directory it runs in.
	mkdir "$work/links" "$work/parts"
	ln -s "$top_dir"/{drivers,include,userspace,selftests} "$work/links/"
	list '*.c' '*.h' | (cd "$work/links" &&
		in_parts "$tools/checkpatch.pl" --no-tree --root=. --strict \
		--terse --show-types --file --quiet --max-line-length=100)
	cat "$work/parts/"* | grep -v '^total: ' | allowed >"$work/out"
	result "checkpatch --strict" "$work/out"
}

# The library's headers are documented by man pages; members need no line each.
check_kernel_doc()
{
	local f

	kernel_tools
	for f in $(list 'drivers/*.[ch]' 'include/*.h'); do
		(cd "$top_dir" && "$tools/kernel-doc" -none "$f" 2>&1)
	done | grep -E 'warning:|error:' |
		grep -v '^include/iscsi.*not described' >"$work/out"
	result "kernel-doc is well formed" "$work/out"

	for f in $(list 'drivers/*.c' 'userspace/*.c' | grep -v -- -gen.c); do
		awk -v file="$f" -f "$kernels_dir/undocumented.awk" \
			"$top_dir/$f"
	done >"$work/out"
	result "every exported function has kernel-doc" "$work/out"
}

# shell_scripts - by name or by the first line
shell_scripts()
{
	list | (cd "$top_dir" && while read -r f; do
		case $f in
		*.sh) echo "$f" ;;
		*) head -n1 "$f" | grep -aqE '^#!.*/(ba|da)?sh' && echo "$f" ;;
		esac
	done)
}

# Only the small library of this directory is followed: reading the scenarios'
# whole library again for each of them takes minutes.
# SC1091: a file that is sourced and not followed.
check_shellcheck()
{
	shell_scripts | sed -E 's#^selftests/kernels/#-x -P SCRIPTDIR &#' |
		(cd "$top_dir" && xargs -P "$(nproc)" -L 1 \
			shellcheck -S warning -e SC1091 -f gcc) >"$work/out" 2>&1
	result "shellcheck" "$work/out"
}

# Files that can have a tag: by the end of the name, by the name
tagged_type='\.([chlS1-9]|sh|py|yaml|awk|rst|md|gitignore|service|path|pc)(\.in)?$'
tagged_name='Makefile|Kbuild|README|packages|ABI/testing/'

# Rules of the project that a line search can hold.
check_sources()
{
	local f

	cd "$top_dir" || exit 1
	list drivers | xargs grep -nE \
		'LINUX_VERSION_CODE|KERNEL_VERSION *\(|linux/version\.h' \
		>"$work/out"
	result "no kernel version tests in drivers" "$work/out"

	list drivers | xargs grep -nE '^ *# *(el)?if.*(CONFIG_|MCS_HAVE_)' \
		>"$work/out"
	result "no configuration or feature tests in drivers" "$work/out"

	list | grep -vE '/debian/|^userspace/tests/golden/' |
		grep -E "$tagged_type|$tagged_name" |
		while read -r f; do
			head -n 3 "$f" | grep -q SPDX-License-Identifier ||
				echo "$f: no SPDX tag in the first three lines"
		done >"$work/out"
	result "SPDX tag on every file" "$work/out"

	list '*.[ch]' '*.sh' | grep -v -- '-gen\.' | xargs wc -l |
		awk '$2 != "total" && $1 > 900' >"$work/out"
	result "no file over 900 lines" "$work/out"

	list '*.[ch]' | while read -r f; do
		awk -v file="$f" '/^{/ { start = NR }
			/^}/ { if (start && NR - start - 1 > 100)
				printf "%s:%d: %d lines\n", file, start, NR - start - 1
			       start = 0 }' "$f"
	done >"$work/out"
	result "no function over 100 lines" "$work/out"

	# The words are split so that this line is not found.
	list | grep -v -E '^COPYING|\.(png|svg)$' |
		xargs grep -nIwE 'TO''DO|FIX''ME|XX''X|HA''CK' >"$work/out"
	result "no notes of unfinished work" "$work/out"
}

# The tests that Documentation/failover.rst names: "| ``FILE``: subtest".
check_tests_named()
{
	local doc=Documentation/failover.rst file name number

	cd "$top_dir" || exit 1
	sed -nE 's/^ *(- )?\| ``([^`]*)``(: )?(.*)$/\2 \4/p' $doc |
		while read -r file name; do
			[[ $name != "(by name)"* ]] || name=''
			if [ ! -f "selftests/$file" ]; then
				echo "$doc: no test $file"
			elif [ -n "$name" ] &&
			     ! grep -qF "subtest \"$name\"" "selftests/$file"; then
				echo "$doc: $file has no subtest \"$name\""
			fi
		done >"$work/out"
	result "every test that is named exists" "$work/out"

	for number in $(seq 20 49) $(seq 55 88); do
		grep -qE "^   \\* - ([0-9, ]+ )?$number(,|$)" $doc ||
			echo "$doc: no row for number $number"
	done >"$work/out"
	result "no number is missing" "$work/out"
}

# The description for syzkaller has every operation with a request, all attributes
# that a request may have, and those of the sets that are nested in them.
check_syzkaller()
{
	local spec=Documentation/netlink/specs/iscsi_mcs.yaml name
	local doc=Documentation/netlink/syzkaller/iscsi_mcs.txt

	cd "$top_dir" || exit 1
	awk 'function say(kind, name) { print toupper(kind "_" name) }
		/^attribute-sets:/ { sets = 1 }
		sets && /^    name: / { set = $2 }
		sets && /^        name: / { name = $2; of[set] = of[set] " " name }
		sets && /^        nested-attributes: / { nested[set, name] = $2 }
		/^operations:/ { sets = 0; operations = 1 }
		!operations { next }
		/^      name: / { op = $2; request = 0 }
		/^      attribute-set: / { set = $2 }
		/^        reply:/ { request = 0 }
		/^        request:/ { request = 1; say("cmd", op) }
		request && /^            - / {
			say("a_" set, $2)
			n = split(of[nested[set, $2]], inner)
			for (i = 1; i <= n; i++)
				say("a_" nested[set, $2], inner[i])
		}' "$spec" | tr - _ | sort -u >"$work/names"
	{
		[ "$(wc -l <"$work/names")" -gt 30 ] || echo "$spec: not understood"
		while read -r name; do
			grep -qw "ISCSI_MCS_$name" "$doc" ||
				echo "$doc: no ISCSI_MCS_$name"
		done <"$work/names"
	} >"$work/out"
	result "the description for syzkaller is complete" "$work/out"
}

# The header for user space and the kernel's tables, made once more
check_generated()
{
	: >"$work/out"
	# What it says while it fetches the generator is no finding.
	"$top_dir/Documentation/netlink/regen.sh" --check >"$work/log" 2>&1 ||
		cat "$work/log" - <<<"status $?" >"$work/out"
	result "generated netlink files are what the specification gives" \
		"$work/out"
}

# Findings in the project's own files, or of the build as a whole.
ours='^(drivers|include)/.*(warning|error):|^warning: make|modpost: |compat probes'

# build LOG MAKE-ARGUMENT... - the module, in a copy of the sources
build()
{
	local log=$1 copy=$work/src

	shift
	rm -rf "$copy"
	mkdir -p "$copy"
	list Kbuild drivers include | tar -C "$top_dir" -cf - -T - |
		tar -C "$copy" -xf -
	MAKEFLAGS='' make -j"$(nproc)" -C "$headers" M="$copy" "$@" modules \
		>"$log" 2>&1 ||
		echo "warning: make $* failed: $(tail -n 2 "$log" | head -n 1)" \
			>>"$log"
	# Paths as in the tree; BTF needs a vmlinux that Debian does not ship.
	sed -i "s|$copy/||g" "$log"
}

# compiler NAME MAKE-ARGUMENT... - W=1 build without a word. objtool knows that
# the kernel was built by gcc and expects its thunks; kernel headers are not ours.
compiler()
{
	local name=$1

	shift
	build "$work/log" W=1 "$@"
	grep -E "$ours" "$work/log" | grep -v 'warning: objtool' >"$work/out"
	result "$name W=1" "$work/out"
}

check_gcc()
{
	compiler gcc
}

check_clang()
{
	compiler clang LLVM=1 "CC=$kernels_dir/clang-as-gcc.sh"
}

check_sparse()
{
	build "$work/log" C=2 "CF=-D__CHECK_ENDIAN__"
	grep -E "$ours" "$work/log" >"$work/out"
	result "sparse with endian checks" "$work/out"
}

# Each probe compiled alone must give what the common compile gave.
check_probes()
{
	"$kernels_dir/probes-test.sh" "$headers" >"$work/out" 2>&1
	result "compat probes do not depend on each other" "$work/out"
}

need_packages git make gcc linux-headers-amd64
headers=${KERNELDIR:-$(find /usr/src -maxdepth 1 -name \
	"linux-headers-$source_version.*-amd64" | sort -V | tail -n1)}
[ -d "$headers" ] || die "no kernel headers at '$headers'; set KERNELDIR"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[ $# -gt 0 ] || eval "set -- $checks"
echo "TAP version 13"
for check in "$@"; do
	declare -F "check_$check" >/dev/null ||
		die "unknown check '$check': one of $checks"
	if [ -n "${reads[$check]:-}" ]; then
		remembered "$check"
	else
		"check_$check"
	fi
done
echo "1..$ran"
echo "# static: $((ran - failed)) passed, $failed failed"
[ $failed -eq 0 ]
