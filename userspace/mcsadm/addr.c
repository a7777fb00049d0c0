// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Addresses that are to be compared, whatever they were written like. */

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "mcsadm.h"

static void take(const struct addrinfo *ai, struct iscsidsc_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	addr->family = (uint16_t)ai->ai_family;
	if (ai->ai_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)ai->ai_addr;

		memcpy(addr->addr, &in->sin_addr, sizeof(in->sin_addr));
	} else {
		const struct sockaddr_in6 *in6 = (const void *)ai->ai_addr;

		addr->scope_id = in6->sin6_scope_id;
		memcpy(addr->addr, &in6->sin6_addr, sizeof(in6->sin6_addr));
	}
}

static size_t look_up(const char *text, int flags, struct iscsidsc_addr *addrs,
		      size_t max)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
				  .ai_flags = flags };
	char plain[MAX_ISCSI_PORTAL_ADDRESS_LEN];
	size_t len = strlen(text), n = 0;
	struct addrinfo *list, *ai;

	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (!len || len >= sizeof(plain))
		return 0;
	memcpy(plain, text, len);
	plain[len] = '\0';
	if (getaddrinfo(plain, NULL, &hints, &list))
		return 0;
	for (ai = list; ai && n < max; ai = ai->ai_next)
		if (ai->ai_family == AF_INET || ai->ai_family == AF_INET6)
			take(ai, &addrs[n++]);
	freeaddrinfo(list);
	return n;
}

/**
 * addr_find - the addresses of a portal
 * @text: name or address
 * @addrs: filled in, without ports
 * @max: room for how many
 *
 * Return: how many there are.
 */
size_t addr_find(const char *text, struct iscsidsc_addr *addrs, size_t max)
{
	size_t n = look_up(text, AI_NUMERICHOST, addrs, max);

	/* An address is good even if no interface has one of its family. */
	return n ? n : look_up(text, AI_ADDRCONFIG, addrs, max);
}

/**
 * addr_is_same - compare two addresses; ports do not count
 * @a: address
 * @b: address
 *
 * Return: 1 if they are the same, else 0.
 */
int addr_is_same(const struct iscsidsc_addr *a, const struct iscsidsc_addr *b)
{
	return a->family == b->family && a->scope_id == b->scope_id &&
	       !memcmp(a->addr, b->addr, sizeof(a->addr));
}

/**
 * addr_is - compare an address with a text
 * @addr: address
 * @text: what may be one
 *
 * Return: 1 if it is that address, 0 if it is another one or none.
 */
int addr_is(const struct iscsidsc_addr *addr, const char *text)
{
	struct iscsidsc_addr other;

	return look_up(text, AI_NUMERICHOST, &other, 1) == 1 &&
	       addr_is_same(addr, &other);
}

/**
 * addr_text_is_same - compare two texts
 * @a: name or address
 * @b: name or address
 *
 * Return: 1 if they are the same name or the same address, else 0.
 */
int addr_text_is_same(const char *a, const char *b)
{
	struct iscsidsc_addr addr;

	if (!strcasecmp(a, b))
		return 1;
	return look_up(a, AI_NUMERICHOST, &addr, 1) == 1 && addr_is(&addr, b);
}

/**
 * addr_is_of - does an address belong to a name
 * @addr: address
 * @text: name or address
 *
 * Return: 1 if it is that address or one of the name's, else 0.
 */
int addr_is_of(const struct iscsidsc_addr *addr, const char *text)
{
	struct iscsidsc_addr others[ADDR_MAX];
	size_t n = addr_find(text, others, ADDR_MAX), i;

	for (i = 0; i < n; i++)
		if (addr_is_same(addr, &others[i]))
			return 1;
	return 0;
}
