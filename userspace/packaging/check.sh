#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Build the packages and look at them, as TAP. Whether they work is another
# question: make check-packages in the top directory.
#
#	check.sh [DIRECTORY with packages already built]

set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
debs=${1:-$work/deb}
n=0
failures=0

report()	# status, name
{
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n packages: $2"
		return
	fi
	sed 's/^/# /' "$work/out"
	echo "not ok $n packages: $2"
	failures=$((failures + 1))
}

unpacked()	# package: the directory it was unpacked to
{
	[ -d "$work/$1" ] || dpkg-deb -R "$debs/$1"_*.deb "$work/$1"
	echo "$work/$1"
}

field()		# package, name
{
	dpkg-deb -f "$debs/$1"_*.deb "$2"
}

# What DKMS will build is what the tree builds.
same_sources()
{
	local src

	src=$(echo "$(unpacked iscsi-mcs-dkms)"/usr/src/iscsi_mcs-*)
	diff -rq "$top/drivers" "$src/drivers" &&
		diff -rq "$top/include" "$src/include" &&
		cmp "$top/Kbuild" "$src/Kbuild"
}

# without what builds leave and what is of the library or of git
source_differences()
{
	same_sources | grep -vE ': (\..*\.cmd|.*\.(o|ko|mod|mod\.c|cmd)|\.probed|\.gitignore|iscsi(dsc.*|err)\.h)$'
	return 0
}

dkms_conf()
{
	local PACKAGE_NAME='' PACKAGE_VERSION='' BUILD_EXCLUSIVE_KERNEL=''
	local kernel
	# shellcheck disable=SC2034 # for the commands in dkms.conf
	local kernel_source_dir='' dkms_tree=''

	# shellcheck source=/dev/null # made from debian/iscsi-mcs-dkms.dkms
	. "$(echo "$(unpacked iscsi-mcs-dkms)"/usr/src/iscsi_mcs-*/dkms.conf)"
	[ "$PACKAGE_NAME $PACKAGE_VERSION" = \
		"iscsi_mcs $(field iscsi-mcs-dkms Version)" ] || return 1
	for kernel in 6.1.0-56-amd64 6.12.90+deb12-amd64 7.2.13-amd64; do
		[[ $kernel =~ $BUILD_EXCLUSIVE_KERNEL ]] ||
			{ echo "$kernel is excluded"; return 1; }
	done
	for kernel in 5.10.0-30-amd64 6.0.0-1-amd64 7.20.1 16.1.0; do
		! [[ $kernel =~ $BUILD_EXCLUSIVE_KERNEL ]] ||
			{ echo "$kernel is not excluded"; return 1; }
	done
}

# Programs find the library where the package puts it.
no_rpath()
{
	local file

	for file in usr/sbin/mcsadm usr/libexec/iscsi-mcs-dbus; do
		readelf -d "$(unpacked iscsi-mcs-utils)/$file" || return 1
	done | grep -E 'R(UN)?PATH'
}

depends()	# package, name
{
	[[ "$(field "$1" Depends), " == *"$2"[\ ,]* ]]
}

# Both are started at boot, and systemd understands them.
units()
{
	local unit root

	root=$(unpacked iscsi-mcs-utils)
	for unit in service path; do
		grep -q "deb-systemd-helper enable 'iscsi-mcs-restore.$unit'" \
			"$root/DEBIAN/postinst" || return 1
	done
	! command -v systemd-analyze >/dev/null ||
		! systemd-analyze verify --man=no --recursive-errors=no \
			"$root"/lib/systemd/system/iscsi-mcs-restore.* 2>&1 |
		grep -v 'is not executable'
}

# make install installs what the packages have, for everybody to read, and
# names neither the tree nor where the last one went.
by_hand()
{
	local dir=$work/hand tree=$work/tree pkg

	# a copy: others may be using what is built here
	mkdir "$tree"
	tar -C "$top" --exclude=userspace/build --exclude=userspace/examples \
		-cf - include userspace selftests | tar -C "$tree" -xf -
	(umask 077 && make -s -C "$tree/userspace" PREFIX=/opt/first all &&
		make -s -C "$tree/userspace" PREFIX=/usr DESTDIR="$dir" \
			LIBDIR="/usr/lib/$(dpkg-architecture -q DEB_HOST_MULTIARCH)" \
			UNITDIR=/lib/systemd/system install) >/dev/null || return 1
	diff <(files "$dir") <(for pkg in iscsi-mcs-utils libiscsidsc1 \
		libiscsidsc-dev; do files "$(unpacked $pkg)"; done | sort)
	find "$dir" \( -type f -o -type d \) ! -perm -go=r
	grep -rlaF -e "$tree" -e /opt/first "$dir"
}

files()		# directory
{
	(cd "$1" && find . \( -path ./DEBIAN -o -path ./usr/share/doc \) -prune -o \
		! -type d -print) | sed 's/\.gz$//' | sort
}

scripts()
{
	local file

	for file in "$(unpacked iscsi-mcs-utils)"/DEBIAN/{post,pre}*; do
		[ ! -e "$file" ] || sh -n "$file" || return 1
	done
}

[ -n "${1:-}" ] || "$here/deb.sh" "$debs" >"$work/out" 2>&1
report $? "build, and lintian is content"
[ $failures = 0 ] || { echo "1..$n"; exit 1; }
source_differences >"$work/out"
[ ! -s "$work/out" ]
report $? "the module's sources are complete"
dkms_conf >"$work/out" 2>&1
report $? "dkms.conf fits the kernels"
no_rpath >"$work/out"
[ ! -s "$work/out" ]
report $? "no library search path"
depends iscsi-mcs-utils libiscsidsc1 && depends iscsi-mcs-utils open-iscsi &&
	depends iscsi-mcs-dkms dkms && depends libiscsidsc-dev libiscsidsc1
report $? "dependencies"
units >"$work/out" 2>&1
report $? "units"
scripts >"$work/out" 2>&1
report $? "maintainer scripts"
by_hand >"$work/out" 2>&1
[ ! -s "$work/out" ]
report $? "make install does the same"
echo "1..$n"
exit $((failures > 0))
