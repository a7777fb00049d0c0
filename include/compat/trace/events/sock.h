/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Copyright The iscsi_mcs authors
 */
#include_next <trace/events/sock.h>

#ifndef MCS_COMPAT_TRACE_EVENTS_SOCK_H
#define MCS_COMPAT_TRACE_EVENTS_SOCK_H

#include <mcs_have.h>

#ifndef MCS_HAVE_TRACE_SK_DATA_READY
static inline void trace_sk_data_ready(const struct sock *sk)
{
}
#endif

#endif /* MCS_COMPAT_TRACE_EVENTS_SOCK_H */
