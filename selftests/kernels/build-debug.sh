#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Build the debug kernel from Debian's linux-source and print where it is.
#
#	build-debug.sh [--cached] [kasan|kcsan]
#
# With --cached it is not built: status 1 when it is not there.
#
# The result is cached by source version, configuration and debug.patch:
#	vmlinuz  System.map  config  lib/modules/<release>/  release
#	build/		tree to build external modules against
#	complete	present when all of the above is

set -euo pipefail
. "$(dirname "$0")/lib.sh"

source_version=${SOURCE_VERSION:-6.1}
cached=0
[ "${1:-}" != --cached ] || { cached=1; shift; }
variant=${1:-kasan}
# Progress is shown against this number of compiled objects.
objects=2100

[ -f "$kernels_dir/debug-$variant.config" ] ||
	die "unknown variant '$variant': one of kasan, kcsan"

# fragment - every option wanted, common ones first
fragment()
{
	cat "$kernels_dir/debug.config" "$kernels_dir/debug-$variant.config" |
		grep "^CONFIG_"
}

# patch_tree TREE - debug.patch, in place of the one that was there
patch_tree()
{
	local old=$1/.mcs-patch

	! cmp -s "$old" "$kernels_dir/debug.patch" || return 0
	[ ! -e "$old" ] || patch -s -R -p1 -d "$1" -i "$old" ||
		die "cannot take $old back: delete $1"
	rm -f "$old"
	patch -s -p1 -d "$1" -i "$kernels_dir/debug.patch" ||
		die "debug.patch does not fit: delete $1"
	cp "$kernels_dir/debug.patch" "$old"
}

# configure TREE - allnoconfig plus the fragment; all of it must hold
configure()
{
	local bad=0 line

	fragment >"$1/.mcs-fragment"
	make -s -C "$1" allnoconfig KCONFIG_ALLCONFIG=.mcs-fragment \
		>"$1/.mcs-config.log" 2>&1 ||
		die "configuration failed, see $1/.mcs-config.log"
	while read -r line; do
		case $line in
		*=n) ! grep -q "^${line%=n}=" "$1/.config" ;;
		*) grep -qxF "$line" "$1/.config" ;;
		esac || { say "option not taken: $line"; bad=1; }
	done < <(grep '^CONFIG_' "$1/.mcs-fragment")
	[ $bad -eq 0 ] || die "correct debug.config or debug-$variant.config"
}

# show_progress - one line every half minute out of make's quiet output
show_progress()
{
	awk -v total="$objects" '
		/^  (CC|AS|LD)/ { n++ }
		/error|Error|warning:/ { print > "/dev/stderr" }
		systime() >= next_line {
			if (!start)
				start = systime()
			next_line = systime() + 30
			t = systime() - start
			printf "debug kernel: %d of about %d, %d:%02d, %s\n",
				n, total, t / 60, t % 60, $NF > "/dev/stderr"
		}
		END { printf "debug kernel: %d objects\n", n > "/dev/stderr" }'
}

# copy_headers TREE RESULT - what an external module needs to be built
copy_headers()
{
	local build=$2/build

	mkdir -p "$build"
	(
		cd "$1"
		find . -path ./Documentation -prune -o \
			\( -name 'Makefile*' -o -name 'Kconfig*' -o \
			   -name 'Kbuild*' -o -name '*.lds' \) -type f -print
		find include arch/x86/include scripts -type f -o -type l
		find tools/objtool -name objtool -type f -perm -u+x
		printf '%s\n' .config Module.symvers
	) | tar -C "$1" -cf - -T - | tar -C "$build" -xf -
}

# install_result TREE RESULT
install_result()
{
	local release

	release=$(make -s -C "$1" kernelrelease)
	rm -rf "$2"
	mkdir -p "$2"
	cp "$1/arch/x86/boot/bzImage" "$2/vmlinuz"
	cp "$1/System.map" "$2/System.map"
	cp "$1/.config" "$2/config"
	make -s -C "$1" modules_install INSTALL_MOD_PATH="$2" >&2
	copy_headers "$1" "$2"
	rm -f "$2/lib/modules/$release/"{build,source}
	ln -s "$2/build" "$2/lib/modules/$release/build"
	echo "$release" >"$2/release"
	touch "$2/complete"
}

need_packages "linux-source-$source_version" gcc make flex bison bc libelf-dev \
	libssl-dev xz-utils kmod patch

full_version=$(dpkg-query -W -f '${Version}' "linux-source-$source_version")
hash=$({ fragment; cat "$kernels_dir/debug.patch"; } | sha256sum | cut -c1-8)
name=debug-$variant-${full_version//[^0-9a-z.+-]/_}
result=$cache_dir/$name-$hash

if [ -f "$result/complete" ]; then
	echo "$result"
	exit 0
fi
[ $cached = 0 ] || exit 1

lock "$name"
# The tree is kept, so a changed option costs a partial build only.
tree=$cache_dir/$name-tree
if [ ! -f "$tree/.mcs-unpacked" ]; then
	say "unpacking linux-source-$source_version"
	mkdir -p "$tree"
	tar -C "$tree" --strip-components=1 \
		-xf "/usr/src/linux-source-$source_version.tar.xz"
	touch "$tree/.mcs-unpacked"
fi
patch_tree "$tree"
configure "$tree"
say "building $name with $(nproc) jobs; full log in $tree/.mcs-build.log"
make -C "$tree" -j"$(nproc)" bzImage modules 2>&1 |
	tee "$tree/.mcs-build.log" | show_progress ||
	die "build failed, see $tree/.mcs-build.log"
install_result "$tree" "$result"
say "done in $((SECONDS / 60)) min $((SECONDS % 60)) s"
echo "$result"
