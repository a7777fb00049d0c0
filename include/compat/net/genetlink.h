/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Copyright The iscsi_mcs authors
 */
#ifndef MCS_COMPAT_NET_GENETLINK_H
#define MCS_COMPAT_NET_GENETLINK_H

#include_next <net/genetlink.h>
#include <linux/netlink.h>
#include <mcs_have.h>

/**
 * mcs_genl_dump_attrs - parsed attributes of the request behind a dump
 * @cb: as given to the dumpit handler
 *
 * Return: table indexed by attribute, as genl_info.attrs in a doit handler.
 */
static inline struct nlattr **mcs_genl_dump_attrs(struct netlink_callback *cb)
{
#ifdef MCS_HAVE_GENL_INFO_DUMP
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

#ifndef GENL_SET_ERR_MSG_FMT
#define GENL_SET_ERR_MSG_FMT(info, fmt, args...) \
	NL_SET_ERR_MSG_FMT((info)->extack, fmt, ##args)
#endif

#endif /* MCS_COMPAT_NET_GENETLINK_H */
