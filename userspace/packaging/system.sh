# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# A Debian 12 of its own to install the packages in; sourced by the scripts
# that do.
# shellcheck shell=bash disable=SC2034,SC2154 # some of it is for one script only

. "$(dirname "${BASH_SOURCE[0]}")/../../selftests/qemu/env.sh"
top=$RIG_TREE
release=$(cat "$("$RIG_DIR/kernel.sh")/release") || exit 1
n=0
failures=0

# The system without our packages; made once.
base_tree()
{
	local packages

	packages=$(sed -E '/^(#|$)/d' "$RIG_DIR/packages" | paste -sd,)
	packages+=,dkms,gcc,make,libc6-dev,pkg-config,initramfs-tools
	packages+=,libnl-genl-3-dev,libsystemd0,linux-headers-$release
	packages+=,linux-image-$release,systemd-sysv,dbus
	# shellcheck disable=SC2016 # for mmdebstrap's shell
	mmdebstrap --variant=apt --include="$packages" \
		--aptopt='APT::Install-Recommends "false"' \
		--aptopt='Acquire::Retries "3"' \
		--aptopt='Acquire::Check-Valid-Until "false"' \
		--customize-hook='sed -n "s/ bookworm main/ bookworm-backports main/p" \
			"$1"/etc/apt/sources.list "$1"/etc/apt/sources.list.d/*.list \
			2>/dev/null | sort -u | tee /dev/stderr \
			>"$1"/etc/apt/sources.list.d/backports.list' \
		--customize-hook='chroot "$1" apt-get -q update' \
		--customize-hook='chroot "$1" apt-get -q -y -t bookworm-backports \
			install linux-headers-amd64' \
		--customize-hook='chroot "$1" apt-get clean' \
		--customize-hook='mkdir -p "$1"/src "$1"/results' \
		--customize-hook='echo rig >"$1"/etc/hostname' \
		"$RIG_SUITE" "$1"
}

result()	# status, name
{
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "    ok $n $2"
		return
	fi
	tail -n 30 "$work/log" | sed 's/^/    # /'
	echo "    not ok $n $2"
	failures=$((failures + 1))
}

in_root()
{
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C \
		DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"
}

installs()
{
	in_root sh -c 'dpkg -i /debs/1/*.deb'
}

# Make the system if it is not there; a script calls this first, with its own
# arguments.
system_made()
{
	[ "$(id -u)" = 0 ] || rig_die "packages can be installed by root only"
	if [ "${1:-}" = --base ]; then
		base_tree "$2"
		exit
	fi
	base=$RIG_CACHE/packages-$({ declare -f base_tree; cat "$RIG_DIR/packages"; } |
		rig_hash -)-$release
	mkdir -p "$RIG_CACHE"
	exec 9>"$RIG_CACHE/packages.lock"
	flock 9
	[ ! -d "$base" ] || return 0
	rm -rf --one-file-system "$base.new"
	rig_progress "system for the packages" "$RIG_CACHE/packages.log" \
		"$0" --base "$base.new"
	mv "$base.new" "$base"
}

# It, to be changed, at $root; in a mount namespace of the caller's own.
system_open()
{
	root=$work/root
	mkdir -p "$root" "$work/upper" "$work/work"
	mount -t overlay overlay -o \
		"lowerdir=$base,upperdir=$work/upper,workdir=$work/work" "$root" &&
		mount -t proc proc "$root/proc"
}
