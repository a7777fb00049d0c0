// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Two addresses in one subnet: by default Linux answers ARP for both on either
 * interface, and may drop what comes in on the other. The settings against it.
 */

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "auto.h"
#include "system.h"

static int setting(const char *ifname, const char *name)
{
	char path[128], text[16];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/%s", ifname,
		 name);
	return system_read(path, text, sizeof(text)) ? 0 : atoi(text);
}

/* The kernel takes the larger of "all" and the interface's own. */
static int effective(const char *ifname, const char *name)
{
	int all = setting("all", name), own = setting(ifname, name);

	return all > own ? all : own;
}

/**
 * auto_traps - settings that a connection needs and that are not there
 * @step: connection
 * @sysctls: set to what sysctl(8) takes
 * @max: room in it
 *
 * Return: how many.
 */
size_t auto_traps(const struct auto_step *step, char sysctls[][80], size_t max)
{
	const char *names[2];
	size_t n = 0, i;

	if (!step->twin || step->link->addr.family != AF_INET)
		return 0;
	names[0] = step->twin->ifname;
	names[1] = step->link->ifname;
	for (i = 0; i < 2; i++) {
		/* Answer only for an address of the interface itself. */
		if (effective(names[i], "arp_ignore") < 1 && n < max)
			snprintf(sysctls[n++], 80,
				 "net.ipv4.conf.%s.arp_ignore=1", names[i]);
		/* Ask with an address of the interface itself. */
		if (effective(names[i], "arp_announce") < 2 && n < max)
			snprintf(sysctls[n++], 80,
				 "net.ipv4.conf.%s.arp_announce=2", names[i]);
		/* 1 drops what would be answered over the other one. */
		if (effective(names[i], "rp_filter") == 1 && n < max)
			snprintf(sysctls[n++], 80,
				 "net.ipv4.conf.%s.rp_filter=2", names[i]);
	}
	return n;
}
