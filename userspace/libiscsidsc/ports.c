// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Initiator ports: the local addresses connections can start from. */

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "internal.h"

static int port_cmp(const void *a, const void *b)
{
	const struct iscsidsc_port *x = a, *y = b;

	if (x->ifindex != y->ifindex)
		return x->ifindex < y->ifindex ? -1 : 1;
	if (x->addr.family != y->addr.family)
		return x->addr.family < y->addr.family ? -1 : 1;
	return memcmp(x->addr.addr, y->addr.addr, sizeof(x->addr.addr));
}

static int port_read(const struct ifaddrs *ifa, struct iscsidsc_port *port)
{
	const struct sockaddr *sa = ifa->ifa_addr;

	if (!sa || !(ifa->ifa_flags & IFF_UP))
		return 0;
	memset(port, 0, sizeof(*port));
	port->addr.family = sa->sa_family;
	port->ifindex = if_nametoindex(ifa->ifa_name);
	if (!port->ifindex || strlen(ifa->ifa_name) >= sizeof(port->ifname))
		return 0;
	memcpy(port->ifname, ifa->ifa_name, strlen(ifa->ifa_name));
	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)sa;

		memcpy(port->addr.addr, &in->sin_addr, sizeof(in->sin_addr));
		return 1;
	}
	if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)sa;

		memcpy(port->addr.addr, &in6->sin6_addr,
		       sizeof(in6->sin6_addr));
		port->addr.scope_id = in6->sin6_scope_id;
		return 1;
	}
	return 0;
}

/**
 * iscsidsc_ports_get - list the initiator ports
 * @ports: set to an array to be freed with free(3)
 * @count: set to its length
 *
 * Ports are the addresses of interfaces that are up, ordered by interface,
 * family and address, numbered from 0. The order holds while interfaces and
 * addresses stay.
 *
 * Return: 0 or ERROR_NOT_ENOUGH_MEMORY or ERROR_NO_SYSTEM_RESOURCES.
 */
ISDSC_STATUS iscsidsc_ports_get(struct iscsidsc_port **ports, size_t *count)
{
	struct iscsidsc_port *list;
	struct ifaddrs *all, *ifa;
	size_t n = 0, i;

	if (getifaddrs(&all))
		return ERROR_NO_SYSTEM_RESOURCES;
	for (ifa = all; ifa; ifa = ifa->ifa_next)
		n++;
	list = calloc(n + 1, sizeof(*list));
	if (!list) {
		freeifaddrs(all);
		return ERROR_NOT_ENOUGH_MEMORY;
	}
	n = 0;
	for (ifa = all; ifa; ifa = ifa->ifa_next)
		n += port_read(ifa, &list[n]);
	freeifaddrs(all);
	qsort(list, n, sizeof(*list), port_cmp);
	for (i = 0; i < n; i++)
		list[i].number = (uint32_t)i;
	*ports = list;
	*count = n;
	return ERROR_SUCCESS;
}
