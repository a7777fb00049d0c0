#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Build the Debian packages in a copy of the sources, so that the tree stays
# clean, and have lintian look at them.
#
#	deb.sh [OUTPUT-DIRECTORY [VERSION]]
#
# Default are userspace/build/deb and the version of debian/changelog.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
out=${1:-$top/userspace/build/deb}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
src=$work/iscsi-mcs
log=$work/log

die()
{
	[ ! -s "$log" ] || tail -n 20 "$log" >&2
	echo "deb.sh: $*" >&2
	exit 1
}

mkdir -p "$src" "$out"
# programs that the library is built with as examples
mapfile -t programs < <(cd "$top" && ls selftests/*.c)
tar -C "$top" --exclude='*.o' --exclude='*.ko' --exclude='*.mod*' \
	--exclude='.*.cmd' --exclude=.probed --exclude=userspace/build \
	--exclude=userspace/examples --exclude=.checkpatch* \
	-cf - Kbuild COPYING README.md drivers include userspace \
	"${programs[@]}" | tar -C "$src" -xf -
cp -r "$here/debian" "$src/debian"
chmod -R u+w,go-w "$src"

if [ -n "${2:-}" ]; then
	{
		printf 'iscsi-mcs (%s) unstable; urgency=medium\n\n' "$2"
		printf '  * Built from the source tree.\n\n'
		sed -nE "s/^( -- .*>  ).*/\1$(date -R)/p" \
			"$here/debian/changelog" | head -n 1
		echo
		cat "$here/debian/changelog"
	} >"$src/debian/changelog"
fi

(cd "$src" && DEB_BUILD_OPTIONS=noautodbgsym dpkg-buildpackage -b -us -uc) >"$log" 2>&1 ||
	die "dpkg-buildpackage failed"
lintian --fail-on error,warning --tag-display-limit 0 --allow-root "$work"/*.changes \
	>"$log" 2>&1 || die "lintian is not content"
cat "$log"
rm -f "$out"/*.deb
mv "$work"/*.deb "$out/"
printf '%s\n' "$out"/*.deb
