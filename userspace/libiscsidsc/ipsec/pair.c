// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* The two addresses of a connection, and what is derived from them. */

#include <arpa/inet.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "ipsec/ipsec.h"

/* Numbers of our own, away from those that charon gives out */
#define REQID_BASE	0x50000000u
#define REQID_MASK	0x0fffffffu

static size_t addr_len(const struct iscsidsc_addr *addr)
{
	return addr->family == AF_INET ? 4 : 16;
}

/**
 * ipsec_pair_set - fill in a pair
 * @pair: pair
 * @local: this end; its port does not count
 * @remote: portal; likewise
 */
void ipsec_pair_set(struct ipsec_pair *pair, const struct iscsidsc_addr *local,
		    const struct iscsidsc_addr *remote)
{
	memset(pair, 0, sizeof(*pair));
	pair->local.family = local->family;
	memcpy(pair->local.addr, local->addr, addr_len(local));
	pair->remote.family = remote->family;
	memcpy(pair->remote.addr, remote->addr, addr_len(remote));
}

/**
 * ipsec_pair_equal - compare
 * @a: pair
 * @b: pair
 *
 * Return: not 0 if they are equal.
 */
int ipsec_pair_equal(const struct ipsec_pair *a, const struct ipsec_pair *b)
{
	return a->local.family == b->local.family &&
	       a->remote.family == b->remote.family &&
	       !memcmp(a->local.addr, b->local.addr, addr_len(&a->local)) &&
	       !memcmp(a->remote.addr, b->remote.addr, addr_len(&a->remote));
}

static char *put_hex(char *p, const struct iscsidsc_addr *addr)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < addr_len(addr); i++) {
		*p++ = digits[addr->addr[i] >> 4];
		*p++ = digits[addr->addr[i] & 15];
	}
	*p = '\0';
	return p;
}

/**
 * ipsec_pair_name - what everything of a pair is called
 * @pair: pair
 * @name: filled in; neither dots nor colons, which strongSwan does not take
 */
void ipsec_pair_name(const struct ipsec_pair *pair, char name[IPSEC_NAME_LEN])
{
	char *p = stpcpy(name, IPSEC_NAME_PREFIX);

	p = put_hex(p, &pair->local);
	*p++ = '-';
	put_hex(p, &pair->remote);
}

static int take_hex(const char *p, size_t digits, struct iscsidsc_addr *addr)
{
	static const char hex[] = "0123456789abcdef";
	const char *digit;
	size_t i;

	if (digits != 8 && digits != 32)
		return -1;
	memset(addr, 0, sizeof(*addr));
	addr->family = digits == 8 ? AF_INET : AF_INET6;
	for (i = 0; i < digits; i++) {
		digit = strchr(hex, p[i]);
		if (!digit)
			return -1;
		addr->addr[i / 2] |= (uint8_t)((digit - hex) <<
					       (i % 2 ? 0 : 4));
	}
	return 0;
}

/**
 * ipsec_pair_parse - undo ipsec_pair_name()
 * @name: name
 * @pair: filled in
 *
 * Return: 0, or -1 if it is not such a name.
 */
int ipsec_pair_parse(const char *name, struct ipsec_pair *pair)
{
	size_t prefix = strlen(IPSEC_NAME_PREFIX);
	const char *dash;

	if (strncmp(name, IPSEC_NAME_PREFIX, prefix))
		return -1;
	name += prefix;
	dash = strchr(name, '-');
	if (!dash || take_hex(name, (size_t)(dash - name), &pair->local) ||
	    take_hex(dash + 1, strlen(dash + 1), &pair->remote) ||
	    pair->local.family != pair->remote.family)
		return -1;
	return 0;
}

static uint32_t mix(uint32_t hash, const uint8_t *bytes, size_t len)
{
	while (len--)
		hash = (hash ^ *bytes++) * 16777619u;
	return hash;
}

static uint32_t pair_hash(const struct ipsec_pair *pair)
{
	uint32_t hash = 2166136261u;

	hash = mix(hash, pair->local.addr, addr_len(&pair->local));
	return mix(hash, pair->remote.addr, addr_len(&pair->remote));
}

static uint32_t port_reqid(uint32_t hash, uint16_t port)
{
	uint8_t bytes[2] = { (uint8_t)(port >> 8), (uint8_t)port };

	return REQID_BASE | (mix(hash, bytes, sizeof(bytes)) & REQID_MASK);
}

/**
 * ipsec_reqid - number of the security associations of a port
 * @pair: addresses
 * @port: TCP port
 *
 * The same whenever it is asked, so that a running connection finds the new
 * associations after charon was started again.
 *
 * Return: request ID.
 */
uint32_t ipsec_reqid(const struct ipsec_pair *pair, uint16_t port)
{
	return port_reqid(pair_hash(pair), port);
}

/**
 * ipsec_reqid_port - undo ipsec_reqid()
 * @pair: addresses
 * @reqid: request ID
 *
 * Return: TCP port, or 0 if it is not one of ours.
 */
uint16_t ipsec_reqid_port(const struct ipsec_pair *pair, uint32_t reqid)
{
	uint32_t hash = pair_hash(pair);
	uint16_t port;

	if ((reqid & ~REQID_MASK) != REQID_BASE)
		return 0;
	for (port = UINT16_MAX; port; port--)
		if (port_reqid(hash, port) == reqid)
			break;
	return port;
}

static socklen_t to_sockaddr(const struct iscsidsc_addr *addr,
			     struct sockaddr_storage *ss)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;
	struct sockaddr_in *in = (struct sockaddr_in *)ss;

	memset(ss, 0, sizeof(*ss));
	ss->ss_family = addr->family;
	if (addr->family == AF_INET) {
		memcpy(&in->sin_addr, addr->addr, 4);
		in->sin_port = htons(addr->port ? addr->port : 1);
		return sizeof(*in);
	}
	memcpy(&in6->sin6_addr, addr->addr, 16);
	in6->sin6_port = htons(addr->port ? addr->port : 1);
	in6->sin6_scope_id = addr->scope_id;
	return sizeof(*in6);
}

/* Ask routing: connect a datagram socket, which sends nothing */
static int routed(const struct iscsidsc_addr *remote, uint32_t ifindex,
		  struct sockaddr_storage *ss)
{
	char name[IF_NAMESIZE] = "";
	socklen_t len;
	int fd, bad;

	fd = socket(remote->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	bad = ifindex && (!if_indextoname(ifindex, name) ||
			  setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name,
				     (socklen_t)strlen(name)));
	if (!bad) {
		len = to_sockaddr(remote, ss);
		bad = connect(fd, (struct sockaddr *)ss, len);
	}
	if (!bad) {
		len = sizeof(*ss);
		bad = getsockname(fd, (struct sockaddr *)ss, &len);
	}
	close(fd);
	return bad ? -1 : 0;
}

static int is_link_local(const struct iscsidsc_addr *addr)
{
	return addr->family == AF_INET6 && addr->addr[0] == 0xfe &&
	       (addr->addr[1] & 0xc0) == 0x80;
}

/**
 * ipsec_local_addr - the address a connection will start from
 * @remote: portal
 * @source: address asked for, or NULL
 * @ifindex: interface asked for, or 0
 * @local: filled in
 *
 * Return: IPSEC_OK, IPSEC_LINK_LOCAL or IPSEC_NO_SOURCE.
 */
enum ipsec_error ipsec_local_addr(const struct iscsidsc_addr *remote,
				  const struct iscsidsc_addr *source,
				  uint32_t ifindex,
				  struct iscsidsc_addr *local)
{
	struct sockaddr_storage ss;

	if (is_link_local(remote) || (source && is_link_local(source)))
		return IPSEC_LINK_LOCAL;
	if (source) {
		*local = *source;
		local->port = 0;
		return local->family == remote->family ? IPSEC_OK :
							 IPSEC_NO_SOURCE;
	}
	if (routed(remote, ifindex, &ss))
		return IPSEC_NO_SOURCE;
	memset(local, 0, sizeof(*local));
	local->family = remote->family;
	if (remote->family == AF_INET)
		memcpy(local->addr, &((struct sockaddr_in *)&ss)->sin_addr, 4);
	else
		memcpy(local->addr, &((struct sockaddr_in6 *)&ss)->sin6_addr,
		       16);
	return IPSEC_OK;
}

/**
 * ipsec_used_has - is a port among those in use?
 * @used: ports
 * @port: TCP port
 *
 * Return: not 0 if so.
 */
int ipsec_used_has(const struct ipsec_used *used, uint16_t port)
{
	size_t i;

	for (i = 0; i < used->count; i++)
		if (used->ports[i] == port)
			return 1;
	return 0;
}

/**
 * ipsec_child - what is known of a port
 * @peer: pair
 * @port: TCP port
 *
 * Return: the entry or NULL.
 */
const struct ipsec_child *ipsec_child(const struct ipsec_peer *peer,
				      uint16_t port)
{
	size_t i;

	for (i = 0; i < peer->child_count; i++)
		if (peer->children[i].port == port)
			return &peer->children[i];
	return NULL;
}

/**
 * ipsec_child_set - note the flags of a port
 * @peer: pair
 * @port: TCP port
 * @flags: ISCSI_SECURITY_FLAGS
 *
 * Return: 0, or -1 if there are too many ports.
 */
int ipsec_child_set(struct ipsec_peer *peer, uint16_t port, uint32_t flags)
{
	struct ipsec_child *child =
		(struct ipsec_child *)ipsec_child(peer, port);

	if (!child) {
		if (peer->child_count == IPSEC_MAX_CHILDREN)
			return -1;
		child = &peer->children[peer->child_count++];
	}
	child->port = port;
	child->flags = flags;
	return 0;
}
