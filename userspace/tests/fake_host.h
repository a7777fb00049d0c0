/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) The iscsi_mcs authors */
/* A stand-in for the machine: files below a directory, and iscsiadm. */
#ifndef FAKE_HOST_H
#define FAKE_HOST_H

#include "internal.h"

#define FAKE_POLICIES	64
#define FAKE_SAS	8

/**
 * struct fake_host - how iscsiadm behaves
 * @exit_status: of the next call that is no list, or -errno
 * @output: what a list of nodes prints, or NULL: there are none
 * @portals: what a list of discovery portals prints, likewise
 * @calls: calls that were no list
 * @command: the last of them, words separated by spaces
 * @on_login: called for a login that succeeds
 * @policy_count: entries of @policies
 * @policies: IPsec policies of the kernel
 * @sa_count: entries of @sas
 * @sas: security associations of the kernel
 */
struct fake_host {
	int exit_status;
	const char *output;
	const char *portals;
	int calls;
	char command[512];
	void (*on_login)(void);
	size_t policy_count;
	struct iscsidsc_xfrm_policy policies[FAKE_POLICIES];
	size_t sa_count;
	struct iscsidsc_xfrm_sa sas[FAKE_SAS];
};

extern struct fake_host fake_host;

const char *fake_host_dir(void);
void fake_host_file(const char *path, const char *content);
char *fake_host_read(const char *path);
int fake_host_policy(const struct iscsidsc_xfrm_policy *policy);

#endif /* FAKE_HOST_H */
