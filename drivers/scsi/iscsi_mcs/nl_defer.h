/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_NL_DEFER_H
#define MCS_NL_DEFER_H

#include <net/genetlink.h>

/**
 * typedef mcs_nl_defer_fn - carry a request out
 * @info: request
 * @given_up: set when nobody waits for it any more
 *
 * Return: 0 or a negative errno for the answer.
 */
typedef int (*mcs_nl_defer_fn)(struct genl_info *info, const bool *given_up);

int mcs_nl_defer(struct sk_buff *skb, struct genl_info *info,
		 mcs_nl_defer_fn fn);
int mcs_nl_defer_init(void);
void mcs_nl_defer_exit(void);

#endif /* MCS_NL_DEFER_H */
