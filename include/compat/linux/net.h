/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Copyright The iscsi_mcs authors
 */
#ifndef MCS_COMPAT_LINUX_NET_H
#define MCS_COMPAT_LINUX_NET_H

#include_next <linux/net.h>
#include <mcs_have.h>

/* kernel_bind() and kernel_connect() take the unsized type since v6.19. */
#ifndef MCS_HAVE_SOCKADDR_UNSIZED
#define sockaddr_unsized	sockaddr
#endif

#endif /* MCS_COMPAT_LINUX_NET_H */
