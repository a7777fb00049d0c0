/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text keys of the login of an added connection; used by login_sm.c only.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#ifndef MCS_LOGIN_KEYS_H
#define MCS_LOGIN_KEYS_H

#include "login_sm.h"

void mcs_login_put_first_keys(struct mcs_login *login);
void mcs_login_put_operational_keys(struct mcs_login *login);
enum mcs_login_cause mcs_login_take_keys(struct mcs_login *login);
enum mcs_login_cause mcs_login_verdict(const struct mcs_login *login);
enum mcs_login_cause mcs_login_take_security(struct mcs_login *login);
bool mcs_login_may_transit(const struct mcs_login *login);

#endif /* MCS_LOGIN_KEYS_H */
