// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* The kernel's IPsec policies and security associations over netlink. */

#include <arpa/inet.h>
#include <errno.h>
#include <linux/xfrm.h>
#include <string.h>

#include "internal.h"

static int error_of(int nl_error)
{
	switch (-nl_error) {
	case NLE_PERM:
	case NLE_NOACCESS:
		return -EPERM;
	case NLE_EXIST:
		return -EEXIST;
	case NLE_OBJ_NOTFOUND:
		return -ENOENT;
	case NLE_NOMEM:
		return -ENOMEM;
	}
	return nl_error < 0 ? -EIO : 0;
}

static struct nl_sock *open_socket(void)
{
	struct nl_sock *sk = nl_socket_alloc();

	if (sk && nl_connect(sk, NETLINK_XFRM)) {
		nl_socket_free(sk);
		return NULL;
	}
	return sk;
}

static int dump_all(int type, void *request, size_t size,
		    nl_recvmsg_msg_cb_t take, void *arg)
{
	struct nl_sock *sk = open_socket();
	int err;

	if (!sk)
		return -EPROTONOSUPPORT;
	nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, take, arg);
	err = nl_send_simple(sk, type, NLM_F_DUMP, request, size);
	if (err >= 0)
		err = nl_recvmsgs_default(sk);
	nl_socket_free(sk);
	return error_of(err);
}

static void take_templates(const struct nlattr *attr,
			   struct iscsidsc_xfrm_policy *policy)
{
	const struct xfrm_user_tmpl *t = nla_data(attr);

	policy->templates = (uint32_t)nla_len(attr) / sizeof(*t);
	if (policy->templates != 1)
		return;
	policy->esp = t->id.proto == IPPROTO_ESP && !t->optional;
	policy->tunnel = t->mode == XFRM_MODE_TUNNEL;
	policy->reqid = t->reqid;
}

static void take_selector(const struct xfrm_selector *sel,
			  struct iscsidsc_xfrm_policy *policy)
{
	policy->family = sel->family;
	policy->ifindex = (uint32_t)sel->ifindex;
	policy->proto = sel->proto;
	memcpy(policy->saddr, &sel->saddr, sizeof(policy->saddr));
	memcpy(policy->daddr, &sel->daddr, sizeof(policy->daddr));
	policy->sprefix = sel->prefixlen_s;
	policy->dprefix = sel->prefixlen_d;
	policy->sport = ntohs(sel->sport);
	policy->sport_mask = ntohs(sel->sport_mask);
	policy->dport = ntohs(sel->dport);
	policy->dport_mask = ntohs(sel->dport_mask);
}

/**
 * struct dump - policies being read
 * @fn: called for each
 * @arg: of @fn
 */
struct dump {
	iscsidsc_xfrm_fn fn;
	void *arg;
};

static int take_policy(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *hdr = nlmsg_hdr(msg);
	struct iscsidsc_xfrm_policy policy = { 0 };
	const struct xfrm_userpolicy_info *info = nlmsg_data(hdr);
	const struct nlattr *templates;
	struct dump *dump = arg;

	if (!nlmsg_valid_hdr(hdr, sizeof(*info)))
		return NL_SKIP;
	/* Those of sockets have other numbers. */
	if (info->dir != XFRM_POLICY_IN && info->dir != XFRM_POLICY_OUT)
		return NL_OK;
	take_selector(&info->sel, &policy);
	policy.dir = info->dir;
	policy.block = info->action == XFRM_POLICY_BLOCK;
	policy.priority = info->priority;
	policy.index = info->index;
	templates = nlmsg_find_attr(hdr, sizeof(*info), XFRMA_TMPL);
	if (templates)
		take_templates(templates, &policy);
	dump->fn(&policy, dump->arg);
	return NL_OK;
}

/**
 * iscsidsc_xfrm_dump - read all policies but those of sockets
 * @fn: called for each
 * @arg: of @fn
 *
 * Return: 0 or -errno.
 */
int iscsidsc_xfrm_dump(iscsidsc_xfrm_fn fn, void *arg)
{
	struct xfrm_userpolicy_id request = { 0 };
	struct dump dump = { .fn = fn, .arg = arg };

	return dump_all(XFRM_MSG_GETPOLICY, &request, sizeof(request),
			take_policy, &dump);
}

static void fill_selector(const struct iscsidsc_xfrm_policy *policy,
			  struct xfrm_selector *sel)
{
	sel->family = policy->family;
	sel->proto = policy->proto;
	sel->ifindex = (int)policy->ifindex;
	memcpy(&sel->saddr, policy->saddr, sizeof(policy->saddr));
	memcpy(&sel->daddr, policy->daddr, sizeof(policy->daddr));
	sel->prefixlen_s = policy->sprefix;
	sel->prefixlen_d = policy->dprefix;
	sel->sport = htons(policy->sport);
	sel->sport_mask = htons(policy->sport_mask);
	sel->dport = htons(policy->dport);
	sel->dport_mask = htons(policy->dport_mask);
}

static int send_add(struct nl_sock *sk,
		    const struct iscsidsc_xfrm_policy *policy)
{
	struct xfrm_userpolicy_info info = {
		.priority = policy->priority,
		.dir = policy->dir,
		.action = policy->block ? XFRM_POLICY_BLOCK :
					  XFRM_POLICY_ALLOW,
		.lft = {
			.soft_byte_limit = XFRM_INF,
			.hard_byte_limit = XFRM_INF,
			.soft_packet_limit = XFRM_INF,
			.hard_packet_limit = XFRM_INF,
		},
	};

	fill_selector(policy, &info.sel);
	return nl_send_simple(sk, XFRM_MSG_NEWPOLICY,
			      NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &info,
			      sizeof(info));
}

/* By number, which is that of no other policy */
static int send_remove(struct nl_sock *sk,
		       const struct iscsidsc_xfrm_policy *policy)
{
	struct xfrm_userpolicy_id id = {
		.index = policy->index,
		.dir = policy->dir,
	};

	fill_selector(policy, &id.sel);
	return nl_send_simple(sk, XFRM_MSG_DELPOLICY, NLM_F_ACK, &id,
			      sizeof(id));
}

/**
 * iscsidsc_xfrm_change - add or remove a policy without templates
 * @policy: policy; to be removed, as iscsidsc_xfrm_dump() gave it
 * @add: not 0 to add it
 *
 * Return: 0, -EEXIST if there is one with the same selector, or -errno.
 */
int iscsidsc_xfrm_change(const struct iscsidsc_xfrm_policy *policy, int add)
{
	struct nl_sock *sk = open_socket();
	int err;

	if (!sk)
		return -EPROTONOSUPPORT;
	err = add ? send_add(sk, policy) : send_remove(sk, policy);
	if (err >= 0)
		err = nl_wait_for_ack(sk);
	nl_socket_free(sk);
	return error_of(err);
}

/**
 * struct sa_dump - associations being read
 * @fn: called for each
 * @arg: of @fn
 */
struct sa_dump {
	iscsidsc_xfrm_sa_fn fn;
	void *arg;
};

static int take_sa(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *hdr = nlmsg_hdr(msg);
	const struct xfrm_usersa_info *info = nlmsg_data(hdr);
	struct iscsidsc_xfrm_sa sa = { 0 };
	struct sa_dump *dump = arg;

	if (!nlmsg_valid_hdr(hdr, sizeof(*info)))
		return NL_SKIP;
	if (info->id.proto != IPPROTO_ESP)
		return NL_OK;
	sa.family = info->family;
	sa.reqid = info->reqid;
	sa.spi = info->id.spi;
	memcpy(sa.saddr, &info->saddr, sizeof(sa.saddr));
	memcpy(sa.daddr, &info->id.daddr, sizeof(sa.daddr));
	dump->fn(&sa, dump->arg);
	return NL_OK;
}

/**
 * iscsidsc_xfrm_sa_dump - read all security associations for ESP
 * @fn: called for each
 * @arg: of @fn
 *
 * Return: 0 or -errno.
 */
int iscsidsc_xfrm_sa_dump(iscsidsc_xfrm_sa_fn fn, void *arg)
{
	struct sa_dump dump = { .fn = fn, .arg = arg };

	return dump_all(XFRM_MSG_GETSA, NULL, 0, take_sa, &dump);
}

/**
 * iscsidsc_xfrm_sa_remove - remove a security association
 * @sa: as iscsidsc_xfrm_sa_dump() gave it
 *
 * Return: 0 or -errno.
 */
int iscsidsc_xfrm_sa_remove(const struct iscsidsc_xfrm_sa *sa)
{
	struct xfrm_usersa_id id = {
		.spi = sa->spi,
		.family = sa->family,
		.proto = IPPROTO_ESP,
	};
	struct nl_sock *sk = open_socket();
	int err;

	if (!sk)
		return -EPROTONOSUPPORT;
	memcpy(&id.daddr, sa->daddr, sizeof(id.daddr));
	err = nl_send_simple(sk, XFRM_MSG_DELSA, NLM_F_ACK, &id, sizeof(id));
	if (err >= 0)
		err = nl_wait_for_ack(sk);
	nl_socket_free(sk);
	return error_of(err);
}
