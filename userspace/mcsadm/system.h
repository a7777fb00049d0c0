/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) The iscsi_mcs authors */
/* The machine mcsadm runs on: files, programs, drivers. */
#ifndef MCSADM_SYSTEM_H
#define MCSADM_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

#define MODPROBE_CONF	"/etc/modprobe.d/iscsi_mcs.conf"

/* root.c */
const char *system_root(void);
int64_t system_now_ms(void);

/* system.c */
int system_exists(const char *path);
int system_read(const char *path, char *text, size_t size);
int system_write(const char *path, const char *text);
int system_remove(const char *path);
int system_run(const char *const argv[], char **output);

/* Which of the two drivers has transport "tcp" */
enum driver { DRIVER_NONE, DRIVER_TCP, DRIVER_MCS };

/**
 * struct driver_session - a session as sysfs knows it, whatever its driver
 * @sid: number
 * @target: name of the target
 * @state: logged-in, failed, free
 */
struct driver_session {
	uint32_t sid;
	char target[224];
	char state[16];
};

/* driver.c */
enum driver driver_in_charge(void);
const char *driver_name(enum driver driver);
size_t driver_sessions(struct driver_session **sessions);
int driver_secure_boot(void);

#endif /* MCSADM_SYSTEM_H */
