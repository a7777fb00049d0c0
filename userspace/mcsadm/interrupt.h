/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) The iscsi_mcs authors */
/* Commands that go on until a signal ends them. */
#ifndef MCSADM_INTERRUPT_H
#define MCSADM_INTERRUPT_H

void interrupt_catch(void);
int interrupted(void);

#endif /* MCSADM_INTERRUPT_H */
