// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/*
 * What was set up in the kernel for connections that are gone: policies of our
 * own that block, and what a charon that was killed could not take along, its
 * policies and security associations. These are known by their request ID.
 */

#include <linux/xfrm.h>
#include <stdlib.h>
#include <string.h>

#include "ipsec/ipsec.h"

/**
 * struct unused - what is to be removed
 * @snap: all sessions
 * @policies: policies
 * @policy_count: their number
 * @sas: security associations
 * @sa_count: their number
 */
struct unused {
	const struct iscsidsc_snapshot *snap;
	struct iscsidsc_xfrm_policy *policies;
	size_t policy_count;
	struct iscsidsc_xfrm_sa *sas;
	size_t sa_count;
};

static int is_used(const struct unused *u, const struct ipsec_pair *pair,
		   uint16_t port)
{
	struct ipsec_used used;

	ipsec_used_ports(u->snap, pair, &used);
	return ipsec_used_has(&used, port);
}

/* Packets go from @saddr to @daddr, out of this host if @out */
static void set_pair(struct ipsec_pair *pair, uint16_t family,
		     const uint8_t *saddr, const uint8_t *daddr, int out)
{
	memset(pair, 0, sizeof(*pair));
	pair->local.family = family;
	pair->remote.family = family;
	memcpy(pair->local.addr, out ? saddr : daddr, 16);
	memcpy(pair->remote.addr, out ? daddr : saddr, 16);
}

static void *append(void *array, size_t count, const void *item, size_t size)
{
	char *more = realloc(array, (count + 1) * size);

	if (more)
		memcpy(more + count * size, item, size);
	return more;
}

static void take_policy(const struct iscsidsc_xfrm_policy *policy, void *arg)
{
	struct iscsidsc_xfrm_policy *more;
	struct unused *u = arg;
	struct ipsec_pair pair;
	uint16_t port;

	if (!ipsec_policy_is_block(policy, &pair, &port)) {
		set_pair(&pair, policy->family, policy->saddr, policy->daddr,
			 policy->dir == XFRM_POLICY_OUT);
		port = policy->templates == 1 ?
			ipsec_reqid_port(&pair, policy->reqid) : 0;
		if (!port)
			return;
	}
	if (is_used(u, &pair, port))
		return;
	more = append(u->policies, u->policy_count, policy, sizeof(*more));
	if (!more)
		return;
	u->policies = more;
	u->policy_count++;
}

static void take_sa(const struct iscsidsc_xfrm_sa *sa, void *arg)
{
	struct iscsidsc_xfrm_sa *more;
	struct unused *u = arg;
	struct ipsec_pair pair;
	uint16_t port;

	/* Which way it goes is not told. */
	set_pair(&pair, sa->family, sa->saddr, sa->daddr, 1);
	port = ipsec_reqid_port(&pair, sa->reqid);
	if (!port) {
		set_pair(&pair, sa->family, sa->saddr, sa->daddr, 0);
		port = ipsec_reqid_port(&pair, sa->reqid);
	}
	if (!port || is_used(u, &pair, port))
		return;
	more = append(u->sas, u->sa_count, sa, sizeof(*more));
	if (!more)
		return;
	u->sas = more;
	u->sa_count++;
}

/**
 * ipsec_sweep_kernel - take down what no connection uses, in the kernel
 * @snap: all sessions
 *
 * To be called when charon has taken down what it knows of.
 */
void ipsec_sweep_kernel(const struct iscsidsc_snapshot *snap)
{
	const struct iscsidsc_host *host = iscsidsc_host_default();
	struct unused u = { .snap = snap };
	size_t i;

	/* What an incomplete list has is unused all the same. */
	host->xfrm_dump(take_policy, &u);
	for (i = 0; i < u.policy_count; i++)
		host->xfrm_change(&u.policies[i], 0);
	host->xfrm_sa_dump(take_sa, &u);
	for (i = 0; i < u.sa_count; i++)
		host->xfrm_sa_remove(&u.sas[i]);
	free(u.policies);
	free(u.sas);
}
