/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Formatted extack messages (v6.2) for kernels whose extack has no buffer.
 * Copyright The iscsi_mcs authors
 */
#ifndef MCS_COMPAT_LINUX_NETLINK_H
#define MCS_COMPAT_LINUX_NETLINK_H

#include_next <linux/netlink.h>
#include <mcs_have.h>

#ifndef MCS_HAVE_EXTACK_MSG_BUF
#include <linux/atomic.h>
#include <linux/kernel.h>

#define MCS_COMPAT_EXTACK_SLOTS	64
#define MCS_COMPAT_EXTACK_LEN	160

/*
 * The text must outlive the handler: netlink copies it into the answer after
 * that. Slots are taken in turn; should so many requests be refused at once that
 * one is taken again too early, a text is wrong but always ends.
 */
static __printf(1, 2) __maybe_unused const char *
mcs_compat_extack_text(const char *fmt, ...)
{
	static char slots[MCS_COMPAT_EXTACK_SLOTS][MCS_COMPAT_EXTACK_LEN];
	static atomic_t turn;
	unsigned int slot;
	va_list args;

	slot = (unsigned int)atomic_inc_return(&turn) % MCS_COMPAT_EXTACK_SLOTS;
	va_start(args, fmt);
	vsnprintf(slots[slot], MCS_COMPAT_EXTACK_LEN, fmt, args);
	va_end(args);
	return slots[slot];
}

#define NL_SET_ERR_MSG_FMT(extack, fmt, args...) do {			\
	struct netlink_ext_ack *__extack = (extack);			\
									\
	if (__extack)							\
		__extack->_msg = mcs_compat_extack_text(fmt, ##args);	\
} while (0)

#define NL_SET_ERR_MSG_ATTR_FMT(extack, attr, fmt, args...) do {	\
	struct netlink_ext_ack *__extack_attr = (extack);		\
									\
	NL_SET_ERR_MSG_FMT(__extack_attr, fmt, ##args);			\
	NL_SET_BAD_ATTR(__extack_attr, attr);				\
} while (0)
#endif /* MCS_HAVE_EXTACK_MSG_BUF */

#endif /* MCS_COMPAT_LINUX_NETLINK_H */
