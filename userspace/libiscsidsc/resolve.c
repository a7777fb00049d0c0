// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Addresses: from text, from names, into text. */

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "internal.h"

/* A name with more addresses than this is tried no further. */
#define MAX_ADDRS	8

static void from_sockaddr(const struct sockaddr *sa, struct iscsidsc_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	addr->family = sa->sa_family;
	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)sa;

		addr->port = ntohs(in->sin_port);
		memcpy(addr->addr, &in->sin_addr, sizeof(in->sin_addr));
	} else {
		const struct sockaddr_in6 *in6 = (const void *)sa;

		addr->port = ntohs(in6->sin6_port);
		addr->scope_id = in6->sin6_scope_id;
		memcpy(addr->addr, &in6->sin6_addr, sizeof(in6->sin6_addr));
	}
}

static ISDSC_STATUS status_of_gai(int err)
{
	switch (err) {
	case EAI_MEMORY:
		return ERROR_NOT_ENOUGH_MEMORY;
	case EAI_FAMILY:
	case EAI_ADDRFAMILY:
		return ISDSC_ADDRESS_TYPE_NOT_SUPPORTED;
	default:
		return ISDSC_DNS_NAME_UNRESOLVED;
	}
}

/*
 * "10.3", "010.0.0.1" and "0x0a000001" are addresses to the C library, and hardly
 * those that were meant. A name does not end with a number; it may with a dot.
 */
static int is_odd_number(const char *text)
{
	const char *dot = strrchr(text, '.'), *last = dot ? dot + 1 : text;
	const char *digits = "0123456789";
	struct in_addr addr;

	if (strchr(text, ':') || inet_pton(AF_INET, text, &addr) == 1)
		return 0;
	if (last[0] == '0' && (last[1] == 'x' || last[1] == 'X')) {
		last += 2;
		digits = "0123456789abcdefABCDEF";
	}
	return *last && !last[strspn(last, digits)];
}

static ISDSC_STATUS lookup(const char *name, uint16_t port, int family,
			   int flags, struct iscsidsc_addr *addrs,
			   size_t *count)
{
	struct addrinfo hints = {
		.ai_family = family,
		.ai_socktype = SOCK_STREAM,
		.ai_protocol = IPPROTO_TCP,
		.ai_flags = flags,
	};
	struct addrinfo *list, *ai;
	size_t n = 0;
	int err;

	if (is_odd_number(name))
		return ISDSC_DNS_NAME_UNRESOLVED;
	err = getaddrinfo(name, NULL, &hints, &list);
	if (err)
		return status_of_gai(err);
	for (ai = list; ai && n < *count; ai = ai->ai_next) {
		if (ai->ai_family != AF_INET && ai->ai_family != AF_INET6)
			continue;
		from_sockaddr(ai->ai_addr, &addrs[n]);
		addrs[n++].port = port;
	}
	freeaddrinfo(list);
	*count = n;
	return n ? ERROR_SUCCESS : ISDSC_ADDRESS_TYPE_NOT_SUPPORTED;
}

/* "[2001:db8::1]" is what people write before a port; take the brackets off */
static int strip_brackets(const char *text, char *plain, size_t size)
{
	size_t len = strlen(text);

	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (!len || len >= size)
		return -1;
	memcpy(plain, text, len);
	plain[len] = '\0';
	return 0;
}

/**
 * iscsidsc_numeric - read an address literal
 * @text: IPv4 or IPv6, with scope and brackets or without
 * @addr: set to the address, port 0
 *
 * Return: 0, or ERROR_INVALID_PARAMETER if it is none.
 */
ISDSC_STATUS iscsidsc_numeric(const char *text, struct iscsidsc_addr *addr)
{
	char plain[MAX_ISCSI_PORTAL_ADDRESS_LEN];
	size_t one = 1;

	if (strip_brackets(text, plain, sizeof(plain)) ||
	    lookup(plain, 0, AF_UNSPEC, AI_NUMERICHOST, addr, &one))
		return ERROR_INVALID_PARAMETER;
	return ERROR_SUCCESS;
}

/**
 * iscsidsc_resolve - find the addresses of a portal
 * @name: host name or address literal
 * @port: port they get
 * @family: AF_UNSPEC, or the family the other end has
 * @addrs: set to an array to be freed
 * @count: set to its length, at least 1
 *
 * Return: 0, ISDSC_DNS_NAME_UNRESOLVED, ISDSC_ADDRESS_TYPE_NOT_SUPPORTED if
 * there are addresses of other families only, or another status.
 */
ISDSC_STATUS iscsidsc_resolve(const char *name, uint16_t port, int family,
			      struct iscsidsc_addr **addrs, size_t *count)
{
	struct iscsidsc_addr *list;
	ISDSC_STATUS status;
	size_t n = MAX_ADDRS;

	if (!*name)
		return ISDSC_NO_PORTAL_SPECIFIED;
	if (!port)
		return ERROR_INVALID_PARAMETER;
	list = calloc(n, sizeof(*list));
	if (!list)
		return ERROR_NOT_ENOUGH_MEMORY;
	if (!iscsidsc_numeric(name, list)) {
		n = 1;
		list->port = port;
		status = family == AF_UNSPEC || family == list->family ?
			ERROR_SUCCESS : ISDSC_ADDRESS_TYPE_NOT_SUPPORTED;
	} else {
		status = lookup(name, port, family, AI_ADDRCONFIG, list, &n);
	}
	if (status) {
		free(list);
		return status;
	}
	*addrs = list;
	*count = n;
	return ERROR_SUCCESS;
}

/**
 * iscsidsc_addr_text - write an address
 * @addr: address
 * @with_port: append the port
 * @text: room for the text, ISCSIDSC_ADDR_TEXT_LEN is always enough
 * @size: size of @text
 *
 * Return: length of the text; it is empty for no address.
 */
size_t iscsidsc_addr_text(const struct iscsidsc_addr *addr, int with_port,
			  char *text, size_t size)
{
	char ip[INET6_ADDRSTRLEN], scope[IF_NAMESIZE + 1] = "";
	char ifname[IF_NAMESIZE];
	int n;

	if (!size)
		return 0;
	text[0] = '\0';
	if ((addr->family != AF_INET && addr->family != AF_INET6) ||
	    !inet_ntop(addr->family, addr->addr, ip, sizeof(ip)))
		return 0;
	if (addr->scope_id && if_indextoname(addr->scope_id, ifname))
		snprintf(scope, sizeof(scope), "%%%s", ifname);
	else if (addr->scope_id)
		snprintf(scope, sizeof(scope), "%%%u", addr->scope_id);
	if (!with_port)
		n = snprintf(text, size, "%s%s", ip, scope);
	else if (addr->family == AF_INET6)
		n = snprintf(text, size, "[%s%s]:%u", ip, scope, addr->port);
	else
		n = snprintf(text, size, "%s:%u", ip, addr->port);
	return n < 0 ? 0 : strlen(text);
}
