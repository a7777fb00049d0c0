#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Does a kernel of fetch.sh or build-debug.sh come up and load modules?
#
#	boot-test.sh DIR [MODULE...]
#
# Boots it under QEMU's TCG with a shell as init, loads the modules (default:
# the iSCSI ones), and fails on a warning of the kernel. KTAP on stdout.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

[ -f "${1:-}/vmlinuz" ] || die "usage: boot-test.sh DIR [MODULE...]"
dir=$1
shift
[ $# -gt 0 ] ||
	set -- scsi_transport_iscsi libiscsi libiscsi_tcp iscsi_target_mod

need_packages busybox-static cpio qemu-system-x86 kmod
release=$(cat "$dir/release")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# module_files MODULE... - paths below $dir, dependencies first
module_files()
{
	local name

	for name in "$@"; do
		modprobe -d "$dir" -S "$release" --show-depends "$name" ||
			die "$release has no module $name"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

mkdir -p "$work/root"/{bin,proc,sys,dev,mod}
cp /bin/busybox "$work/root/bin/"
i=100
while read -r file; do
	i=$((i + 1))
	case $file in
	*.xz) xz -dc "$file" ;;
	*.zst) zstd -dc "$file" ;;
	*) cat "$file" ;;
	esac >"$work/root/mod/$i-$(basename "${file%%.ko*}").ko"
done < <(module_files "$@")

cat >"$work/root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
bad=
for ko in /mod/*.ko; do
	/bin/busybox insmod "$ko" || bad="$bad $ko"
done
echo "loaded: $(/bin/busybox cut -d' ' -f1 /proc/modules | /bin/busybox tr '\n' ' ')"
if [ -f /sys/kernel/debug/kmemleak ] || /bin/busybox mount -t debugfs d /sys/kernel/debug; then
	[ -f /sys/kernel/debug/kmemleak ] && echo scan >/sys/kernel/debug/kmemleak
fi 2>/dev/null
/bin/busybox dmesg | /bin/busybox grep -E 'WARNING|BUG|INFO: possible|UBSAN' &&
	bad="$bad warnings"
[ -z "$bad" ] && echo "boot-test: passed" || echo "boot-test: failed:$bad"
/bin/busybox poweroff -f
INIT
chmod +x "$work/root/init"
(cd "$work/root" && find . | cpio -o -H newc --quiet | gzip -1) >"$work/initrd"

echo "TAP version 13"
echo "1..1"
timeout 300 qemu-system-x86_64 -accel tcg,thread=multi -M q35,usb=off \
	-nodefaults -nographic -no-reboot -m 1024 -smp 2 -cpu max \
	-kernel "$dir/vmlinuz" -initrd "$work/initrd" -serial stdio \
	-append "console=ttyS0 panic=-1 mitigations=off tsc=reliable loglevel=4 \
clearcpuid=rep_good,erms,fsrm net.ifnames=0" </dev/null |
	tee "$work/console" | sed 's/^/# /' >&2 || :
if tr -d '\r' <"$work/console" | grep -q '^boot-test: passed$'; then
	echo "ok 1 $release boots and loads $*"
else
	echo "not ok 1 $release boots and loads $*"
	exit 1
fi
