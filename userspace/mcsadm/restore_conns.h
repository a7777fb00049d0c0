/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCSADM_RESTORE_CONNS_H
#define MCSADM_RESTORE_CONNS_H

#include <stddef.h>

#include <iscsidsc_linux.h>

/**
 * struct tally - what came of restoring
 * @good: settings and connections that are there
 * @bad: those that are not
 */
struct tally {
	size_t good;
	size_t bad;
};

int restore_conns(const struct iscsidsc_snapshot *snap,
		  const struct iscsidsc_saved_list *list, struct tally *tally);

#endif /* MCSADM_RESTORE_CONNS_H */
