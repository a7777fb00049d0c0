// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/*
 * The kernel's policies for a portal: which one is in effect, and those of
 * our own that drop what no other policy protects.
 *
 * A socket of ours never sends in the clear, but packets that belong to no
 * socket any more do not ask it. The policies that stop them have to have
 * other selectors than charon's, which would replace them; so they come in
 * halves, by the upper bit of the initiator's port.
 */

#include <errno.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <string.h>

#include "ipsec/ipsec.h"

/* Behind every policy that is meant to do something */
#define BLOCK_PRIORITY	2000000000u
#define HALF		0x8000u

/**
 * struct policy_search - looking for the policy of a flow
 * @pair: addresses
 * @port: TCP port of the portal
 * @found: one was found
 * @best: the one in effect
 */
struct policy_search {
	const struct ipsec_pair *pair;
	uint16_t port;
	int found;
	struct iscsidsc_xfrm_policy best;
};

static int same_bits(const uint8_t *a, const uint8_t *b, unsigned int bits)
{
	unsigned int bytes = bits / 8;
	uint8_t mask = (uint8_t)(0xff00u >> bits % 8);

	return !memcmp(a, b, bytes) &&
	       (!(bits % 8) || !((a[bytes] ^ b[bytes]) & mask));
}

static int is_own_block(const struct iscsidsc_xfrm_policy *p)
{
	uint16_t mask = p->dir == XFRM_POLICY_OUT ? p->sport_mask :
						    p->dport_mask;

	return p->block && p->priority == BLOCK_PRIORITY &&
	       p->proto == IPPROTO_TCP && mask == HALF;
}

static void match(const struct iscsidsc_xfrm_policy *p, void *arg)
{
	struct policy_search *s = arg;

	if (p->dir != XFRM_POLICY_OUT || p->family != s->pair->local.family ||
	    p->ifindex || (p->proto && p->proto != IPPROTO_TCP) ||
	    p->sprefix > 128 || p->dprefix > 128 ||
	    !same_bits(p->saddr, s->pair->local.addr, p->sprefix) ||
	    !same_bits(p->daddr, s->pair->remote.addr, p->dprefix) ||
	    (s->port & p->dport_mask) != (p->dport & p->dport_mask) ||
	    p->sport_mask)
		return;
	if (s->found && s->best.priority <= p->priority)
		return;
	s->found = 1;
	s->best = *p;
}

/**
 * ipsec_policy_find - what happens to packets to a portal?
 * @pair: addresses
 * @port: TCP port of the portal
 * @cover: filled in; our own policies that block count as none
 * @tunnel: set if it is ESP in tunnel mode
 *
 * Return: 0 or -errno.
 */
int ipsec_policy_find(const struct ipsec_pair *pair, uint16_t port,
		      enum ipsec_cover *cover, int *tunnel)
{
	struct policy_search s = { .pair = pair, .port = port };
	int err = iscsidsc_host_default()->xfrm_dump(match, &s);

	*cover = IPSEC_COVER_NONE;
	*tunnel = 0;
	if (err || !s.found)
		return err;
	if (s.best.block)
		*cover = IPSEC_COVER_BLOCK;
	else if (!s.best.templates)
		*cover = IPSEC_COVER_BYPASS;
	else if (s.best.reqid == ipsec_reqid(pair, port))
		*cover = IPSEC_COVER_OURS;
	else
		*cover = IPSEC_COVER_FOREIGN;
	*tunnel = s.best.tunnel;
	return 0;
}

static int block(const struct ipsec_pair *pair, uint16_t port, uint8_t dir,
		 uint16_t half)
{
	struct iscsidsc_xfrm_policy p = {
		.family = pair->local.family,
		.dir = dir,
		.block = 1,
		.priority = BLOCK_PRIORITY,
		.proto = IPPROTO_TCP,
	};
	int out = dir == XFRM_POLICY_OUT;
	int err;

	p.sprefix = p.family == AF_INET ? 32 : 128;
	p.dprefix = p.sprefix;
	memcpy(p.saddr, (out ? &pair->local : &pair->remote)->addr, 16);
	memcpy(p.daddr, (out ? &pair->remote : &pair->local)->addr, 16);
	p.sport = out ? half : port;
	p.sport_mask = out ? HALF : UINT16_MAX;
	p.dport = out ? port : half;
	p.dport_mask = out ? UINT16_MAX : HALF;
	err = iscsidsc_host_default()->xfrm_change(&p, 1);
	return err == -EEXIST ? 0 : err;
}

/**
 * ipsec_policy_block - drop packets of a portal that nothing protects
 * @pair: addresses
 * @port: TCP port of the portal
 *
 * Return: 0 or -errno.
 */
int ipsec_policy_block(const struct ipsec_pair *pair, uint16_t port)
{
	int err = block(pair, port, XFRM_POLICY_OUT, 0);

	if (!err)
		err = block(pair, port, XFRM_POLICY_OUT, HALF);
	if (!err)
		err = block(pair, port, XFRM_POLICY_IN, 0);
	if (!err)
		err = block(pair, port, XFRM_POLICY_IN, HALF);
	return err;
}

/**
 * ipsec_policy_is_block - is it one of ours?
 * @policy: policy
 * @pair: set to the addresses it is for
 * @port: set to the TCP port of the portal
 *
 * Return: not 0 if so.
 */
int ipsec_policy_is_block(const struct iscsidsc_xfrm_policy *policy,
			  struct ipsec_pair *pair, uint16_t *port)
{
	int out = policy->dir == XFRM_POLICY_OUT;

	if (!is_own_block(policy))
		return 0;
	memset(pair, 0, sizeof(*pair));
	pair->local.family = policy->family;
	pair->remote.family = policy->family;
	memcpy(pair->local.addr, out ? policy->saddr : policy->daddr, 16);
	memcpy(pair->remote.addr, out ? policy->daddr : policy->saddr, 16);
	*port = out ? policy->dport : policy->sport;
	return 1;
}
