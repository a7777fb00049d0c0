/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) The iscsi_mcs authors */
/* mcsadm auto: links, portals, and what should be between them. */
#ifndef MCSADM_AUTO_H
#define MCSADM_AUTO_H

#include "mcsadm.h"

#define AUTO_MAX	64

/**
 * struct auto_link - an address of an interface that is up
 * @ifname: interface
 * @addr: address
 * @prefix: length of its network's prefix
 * @conns: connections of the session that start here, planned ones too
 */
struct auto_link {
	char ifname[16];
	struct iscsidsc_addr addr;
	unsigned int prefix;
	unsigned int conns;
};

/**
 * struct auto_portal - a portal of the session's target
 * @addr: address and port
 * @tag: its portal group
 * @route: interface that routing would take, or empty
 * @conns: connections of the session that end here, planned ones too
 */
struct auto_portal {
	struct iscsidsc_addr addr;
	uint32_t tag;
	char route[16];
	unsigned int conns;
};

/**
 * struct auto_net - what there is to choose from
 * @links: links
 * @link_count: how many
 * @portals: portals
 * @portal_count: how many
 */
struct auto_net {
	struct auto_link links[AUTO_MAX];
	size_t link_count;
	struct auto_portal portals[AUTO_MAX];
	size_t portal_count;
};

/**
 * struct auto_step - a connection to be added
 * @portal: to here
 * @link: from here
 * @bound: it has to be bound to its interface, routing would take another
 * @twin: another link in the same subnet, or NULL
 */
struct auto_step {
	const struct auto_portal *portal;
	const struct auto_link *link;
	int bound;
	const struct auto_link *twin;
};

/* auto_net.c */
int auto_read_links(struct auto_net *net);
int auto_read_portals(struct auto_net *net,
		      const struct iscsidsc_session *session);

/* auto_plan.c */
void auto_count(struct auto_net *net, const struct iscsidsc_session *session);
size_t auto_plan(struct auto_net *net, const struct iscsidsc_session *session,
		 struct auto_step steps[AUTO_MAX]);

/* auto_traps.c */
size_t auto_traps(const struct auto_step *step, char sysctls[][80],
		  size_t max);

#endif /* MCSADM_AUTO_H */
