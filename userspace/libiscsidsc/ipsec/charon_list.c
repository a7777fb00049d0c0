// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* What charon knows: associations, connections that others have loaded. */

#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "ipsec/ipsec.h"

/**
 * struct sa_search - looking for an association
 * @child: name of the child
 * @sa: what was found
 */
struct sa_search {
	const char *child;
	struct ipsec_sa *sa;
};

static int all_zero(const struct vici_reader *r)
{
	size_t i;

	for (i = 0; i < r->len; i++)
		if (r->value[i] != '0')
			return 0;
	return 1;
}

/*
 * ike { responder-spi = ..., child-sas { name-1 { name = ..., state = ... } } }
 */
static void take_sa(struct vici_reader *r, void *arg)
{
	struct sa_search *search = arg;
	int depth = 0, ours = 0, installed = 0;
	enum vici_element e;

	while ((e = vici_next(r)) != VICI_END && e != VICI_BAD) {
		if (e == VICI_SECTION_START && depth++ == 2) {
			ours = 0;
			installed = 0;
		}
		if (e == VICI_SECTION_END && depth-- == 3)
			search->sa->installed |= ours && installed;
		if (e != VICI_KEY)
			continue;
		if (depth == 1) {
			search->sa->found = 1;
			if (!strcmp(r->name, "responder-spi"))
				search->sa->answered |= !all_zero(r);
		}
		if (depth == 3 && !strcmp(r->name, "name"))
			ours = vici_is(r, search->child);
		if (depth == 3 && !strcmp(r->name, "state"))
			installed = vici_is(r, "INSTALLED") ||
				    vici_is(r, "REKEYING") ||
				    vici_is(r, "REKEYED");
	}
}

/**
 * ipsec_charon_sa - how far is a negotiation?
 * @v: connection to charon
 * @ike: connection
 * @child: its child
 * @sa: filled in
 *
 * Return: IPSEC_OK or why charon does not tell.
 */
enum ipsec_error ipsec_charon_sa(struct vici *v, const char *ike,
				 const char *child, struct ipsec_sa *sa)
{
	struct sa_search search = { .child = child, .sa = sa };
	struct vici_msg msg = { 0 };
	int err;

	memset(sa, 0, sizeof(*sa));
	vici_key(&msg, "ike", ike);
	err = vici_call(v, "list-sas", &msg, "list-sa", take_sa, &search,
			NULL, 0);
	vici_msg_clear(&msg);
	return ipsec_charon_error(err);
}

/**
 * struct foreign_search - looking for a connection that covers a portal
 * @pair: addresses
 * @port: TCP port
 * @found: where the first one goes
 * @local_ok: the connection is for the local address
 * @remote_ok: and for the portal's
 * @child_local: the child covers the local address
 * @child_remote: and the portal with its port
 * @ike: name of the connection
 * @child: name of the child
 */
struct foreign_search {
	const struct ipsec_pair *pair;
	uint16_t port;
	struct ipsec_foreign *found;
	int local_ok;
	int remote_ok;
	int child_local;
	int child_remote;
	char ike[VICI_MAX_NAME + 1];
	char child[VICI_MAX_NAME + 1];
};

static int same_bits(const uint8_t *a, const uint8_t *b, unsigned int bits)
{
	unsigned int bytes = bits / 8;
	uint8_t mask = (uint8_t)(0xff00u >> bits % 8);

	return !memcmp(a, b, bytes) &&
	       (!(bits % 8) || !((a[bytes] ^ b[bytes]) & mask));
}

/* "10.0.0.0/24", with or without the prefix */
static int net_has(const char *text, const struct iscsidsc_addr *addr)
{
	unsigned int bits = addr->family == AF_INET ? 32 : 128, prefix = bits;
	char copy[128], *slash;
	uint8_t net[16];

	if (strlen(text) >= sizeof(copy))
		return 0;
	strcpy(copy, text);
	slash = strchr(copy, '/');
	if (slash) {
		*slash = '\0';
		prefix = (unsigned int)strtoul(slash + 1, NULL, 10);
	}
	return prefix <= bits && inet_pton(addr->family, copy, net) == 1 &&
	       same_bits(net, addr->addr, prefix);
}

/* By its name in /etc/services */
static int service_is(const char *name, uint16_t port)
{
	struct servent entry, *found;
	char buffer[1024];

	return !getservbyname_r(name, "tcp", &entry, buffer, sizeof(buffer),
				&found) &&
	       found && ntohs((uint16_t)found->s_port) == port;
}

/* "6/3260", "tcp/iscsi-target", "6", "tcp": names depend on the machine */
static int words_have(const char *text, uint16_t port)
{
	char copy[64], *slash;

	if (strlen(text) >= sizeof(copy))
		return 0;
	strcpy(copy, text);
	slash = strchr(copy, '/');
	if (slash)
		*slash++ = '\0';
	if (strcmp(copy, "6") && strcmp(copy, "tcp") && strcmp(copy, "0"))
		return 0;
	if (!slash || !*slash)
		return 1;
	if (strtoul(slash, NULL, 10))
		return strtoul(slash, NULL, 10) == port;
	return service_is(slash, port);
}

/* A selector: network, then perhaps protocol and port in brackets */
static int selector_has(const struct vici_reader *r,
			const struct iscsidsc_addr *addr, uint16_t port)
{
	char text[128], *bracket, *end;

	vici_text(r, text, sizeof(text));
	bracket = strchr(text, '[');
	if (bracket) {
		*bracket++ = '\0';
		end = strchr(bracket, ']');
		if (end)
			*end = '\0';
		if (!words_have(bracket, port))
			return 0;
	}
	/* Stands for the address of the connection, which is checked too. */
	return !strcmp(text, "dynamic") || net_has(text, addr);
}

/* One address of a connection; ranges and names are none of ours */
static int address_has(const struct vici_reader *r,
		       const struct iscsidsc_addr *addr)
{
	char text[128];

	vici_text(r, text, sizeof(text));
	return !strcmp(text, "%any") || !strcmp(text, "0.0.0.0") ||
	       !strcmp(text, "::") || net_has(text, addr);
}

static void take_item(struct foreign_search *s, const char *list,
		      const struct vici_reader *r)
{
	/* Any port of ours will do, as it is not known yet. */
	if (!strcmp(list, "local_addrs"))
		s->local_ok |= address_has(r, &s->pair->local);
	else if (!strcmp(list, "remote_addrs"))
		s->remote_ok |= address_has(r, &s->pair->remote);
	else if (!strcmp(list, "local-ts"))
		s->child_local |= selector_has(r, &s->pair->local, 0);
	else if (!strcmp(list, "remote-ts"))
		s->child_remote |= selector_has(r, &s->pair->remote, s->port);
}

/*
 * name { local_addrs = [..], remote_addrs = [..], children { child {
 *	local-ts = [..], remote-ts = [..] } } }
 */
static void take_conn(struct vici_reader *r, void *arg)
{
	struct foreign_search *s = arg;
	char list[VICI_MAX_NAME + 1] = "";
	enum vici_element e;
	int depth = 0;

	while ((e = vici_next(r)) != VICI_END && e != VICI_BAD) {
		if (e == VICI_SECTION_START && depth++ == 0) {
			s->local_ok = 0;
			s->remote_ok = 0;
			strcpy(s->ike, r->name);
		} else if (e == VICI_SECTION_START && depth == 3) {
			s->child_local = 0;
			s->child_remote = 0;
			strcpy(s->child, r->name);
		} else if (e == VICI_SECTION_END && depth-- == 3 &&
			   !*s->found->ike && s->local_ok && s->remote_ok &&
			   s->child_local && s->child_remote &&
			   strncmp(s->ike, IPSEC_NAME_PREFIX,
				   strlen(IPSEC_NAME_PREFIX))) {
			strcpy(s->found->ike, s->ike);
			strcpy(s->found->child, s->child);
		} else if (e == VICI_LIST_START) {
			strcpy(list, r->name);
		} else if (e == VICI_ITEM) {
			take_item(s, list, r);
		}
	}
}

/**
 * ipsec_charon_foreign - has somebody else a connection for a portal?
 * @v: connection to charon
 * @pair: addresses
 * @port: TCP port
 * @found: filled in
 *
 * Return: IPSEC_OK or why charon does not tell.
 */
enum ipsec_error ipsec_charon_foreign(struct vici *v,
				      const struct ipsec_pair *pair,
				      uint16_t port,
				      struct ipsec_foreign *found)
{
	struct foreign_search search = {
		.pair = pair, .port = port, .found = found,
	};

	memset(found, 0, sizeof(*found));
	return ipsec_charon_error(vici_call(v, "list-conns", NULL, "list-conn",
					    take_conn, &search, NULL, 0));
}

/**
 * struct name_list - names that are being collected
 * @names: array
 * @count: its length
 */
struct name_list {
	ipsec_name *names;
	size_t count;
};

static void take_name(struct vici_reader *r, void *arg)
{
	struct name_list *list = arg;
	ipsec_name *more;
	struct ipsec_pair pair;
	enum vici_element e;
	char name[IPSEC_NAME_LEN];

	while ((e = vici_next(r)) != VICI_END && e != VICI_BAD) {
		if (e != VICI_ITEM || r->len >= sizeof(name))
			continue;
		vici_text(r, name, sizeof(name));
		if (ipsec_pair_parse(name, &pair))
			continue;
		more = realloc(list->names, (list->count + 1) * sizeof(*more));
		if (!more)
			return;
		list->names = more;
		strcpy(more[list->count++], name);
	}
}

/**
 * ipsec_charon_names - connections of ours in charon
 * @v: connection to charon
 * @names: set to an array to be freed
 * @count: set to its length
 *
 * Return: IPSEC_OK or why charon does not tell.
 */
enum ipsec_error ipsec_charon_names(struct vici *v,
				    ipsec_name **names,
				    size_t *count)
{
	struct name_list list = { .count = 0 };
	int err = vici_call(v, "get-conns", NULL, NULL, take_name, &list,
			    NULL, 0);

	*names = list.names;
	*count = list.count;
	return ipsec_charon_error(err);
}
