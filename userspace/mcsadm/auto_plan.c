// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Which connections make sense. Nothing is asked of the machine here. */

#include <string.h>
#include <sys/socket.h>

#include "auto.h"

static int same_address(const struct iscsidsc_addr *a,
			const struct iscsidsc_addr *b)
{
	return a->family == b->family &&
	       !memcmp(a->addr, b->addr, a->family == AF_INET ? 4 : 16);
}

static int same_subnet(const struct iscsidsc_addr *a,
		       const struct iscsidsc_addr *b, unsigned int prefix)
{
	unsigned int bytes = prefix / 8, bits = prefix % 8;
	unsigned int mask = 0xff00u >> bits & 0xff;

	return a->family == b->family && !memcmp(a->addr, b->addr, bytes) &&
	       (!bits || !((a->addr[bytes] ^ b->addr[bytes]) & mask));
}

/**
 * auto_count - count the connections a session has on links and portals
 * @net: links and portals
 * @session: session
 *
 * An interface with several addresses is one link all the same.
 */
void auto_count(struct auto_net *net, const struct iscsidsc_session *session)
{
	const char *ifname;
	size_t c, i, j;

	for (c = 0; c < session->conn_count; c++) {
		const struct iscsidsc_conn *conn = session->conns[c];
		const struct iscsidsc_addr *from = conn->local.family ?
			&conn->local : &conn->source;

		for (i = 0; i < net->portal_count; i++)
			if (same_address(&net->portals[i].addr, &conn->remote) &&
			    net->portals[i].addr.port == conn->remote.port)
				net->portals[i].conns++;
		for (i = 0; i < net->link_count; i++) {
			if (!same_address(&net->links[i].addr, from))
				continue;
			ifname = net->links[i].ifname;
			for (j = 0; j < net->link_count; j++)
				net->links[j].conns +=
					!strcmp(net->links[j].ifname, ifname);
			break;
		}
	}
}

/* The portal with the fewest connections that a link leads to */
static struct auto_portal *best_portal(struct auto_net *net,
				       const struct auto_link *link,
				       uint32_t tag)
{
	struct auto_portal *best = NULL, *p;
	size_t i;

	for (i = 0; i < net->portal_count; i++) {
		p = &net->portals[i];
		if (p->tag != tag || p->addr.family != link->addr.family ||
		    (best && best->conns <= p->conns))
			continue;
		if (same_subnet(&link->addr, &p->addr, link->prefix) ||
		    !strcmp(p->route, link->ifname))
			best = p;
	}
	return best;
}

static const struct auto_link *find_twin(const struct auto_net *net,
					 const struct auto_link *link)
{
	size_t i;

	for (i = 0; i < net->link_count; i++)
		if (strcmp(net->links[i].ifname, link->ifname) &&
		    same_subnet(&net->links[i].addr, &link->addr, link->prefix))
			return &net->links[i];
	return NULL;
}

/**
 * auto_plan - choose connections to add
 * @net: links and portals, with the connections there are
 * @session: session
 * @steps: set to what to add
 *
 * A connection for each link that has none and leads to a portal of the
 * session's portal group; two on one link would share what it carries and die
 * with it. Not more than the target allows.
 *
 * Return: number of steps.
 */
size_t auto_plan(struct auto_net *net, const struct iscsidsc_session *session,
		 struct auto_step steps[AUTO_MAX])
{
	size_t n = 0, i, j;

	for (i = 0; i < net->link_count; i++) {
		struct auto_link *link = &net->links[i];
		struct auto_portal *portal;

		if (link->conns ||
		    session->conns_configured + n >= session->max_connections)
			continue;
		portal = best_portal(net, link, session->tpgt);
		if (!portal)
			continue;
		steps[n].portal = portal;
		steps[n].link = link;
		steps[n].bound = strcmp(portal->route, link->ifname) != 0;
		steps[n].twin = find_twin(net, link);
		n++;
		portal->conns++;
		for (j = 0; j < net->link_count; j++)
			net->links[j].conns +=
				!strcmp(net->links[j].ifname, link->ifname);
	}
	return n;
}
