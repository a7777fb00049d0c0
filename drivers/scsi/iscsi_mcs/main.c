// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/kobject.h>
#include <linux/module.h>

#include "link.h"
#include "main.h"
#include "netlink.h"
#include "session.h"
#include "stream.h"
#include "transport.h"
#include "uevent.h"

/* The trace events are made here. */
#define CREATE_TRACE_POINTS
#include "trace.h"

/* Sends and receives. Nothing on it waits for the network. */
struct workqueue_struct *mcs_io_wq;
/* Deals with lost connections. May wait for a survivor, not for a connect. */
struct workqueue_struct *mcs_recovery_wq;
/* Connects and logs in; a silent portal keeps it busy for seconds. */
struct workqueue_struct *mcs_connect_wq;

unsigned int mcs_max_connections = 8;
module_param_named(max_connections, mcs_max_connections, uint, 0644);
MODULE_PARM_DESC(max_connections,
		 "MaxConnections offered at login, 1 to 32; 1 turns MC/S off (default 8)");

/*
 * A second transport "tcp" would only earn a stack trace from sysfs. All
 * modules, built-in ones too, are in the set our own kobject is in.
 */
static bool mcs_main_iscsi_tcp_is_loaded(void)
{
	struct kobject *kobj;

	kobj = kset_find_obj(THIS_MODULE->mkobj.kobj.kset, "iscsi_tcp");
	kobject_put(kobj);
	return kobj;
}

static int __init mcs_main_init_workqueues(void)
{
	mcs_io_wq = alloc_workqueue("iscsi_mcs_io",
				    WQ_MEM_RECLAIM | WQ_PERCPU, 0);
	mcs_recovery_wq = alloc_workqueue("iscsi_mcs_recovery",
					  WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	mcs_connect_wq = alloc_workqueue("iscsi_mcs_connect",
					 WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	return mcs_io_wq && mcs_recovery_wq && mcs_connect_wq ? 0 : -ENOMEM;
}

static void mcs_main_destroy_workqueues(void)
{
	if (mcs_connect_wq)
		destroy_workqueue(mcs_connect_wq);
	if (mcs_recovery_wq)
		destroy_workqueue(mcs_recovery_wq);
	if (mcs_io_wq)
		destroy_workqueue(mcs_io_wq);
}

static int __init mcs_main_init(void)
{
	int err;

	if (mcs_max_connections < 1 || mcs_max_connections > MCS_MAX_CONNS) {
		pr_err("iscsi_mcs: max_connections=%u is not in 1..%d\n",
		       mcs_max_connections, MCS_MAX_CONNS);
		return -EINVAL;
	}
	if (mcs_main_iscsi_tcp_is_loaded()) {
		pr_err("iscsi_mcs: iscsi_tcp is loaded: log out its sessions and rmmod iscsi_tcp, then load iscsi_mcs again\n");
		return -EBUSY;
	}

	err = mcs_main_init_workqueues();
	if (err)
		goto err_workqueues;
	err = mcs_transport_register();
	if (err)
		goto err_workqueues;
	err = mcs_link_register();
	if (err)
		goto err_transport;
	err = mcs_netlink_register();
	if (err)
		goto err_link;
	return 0;

err_link:
	mcs_link_unregister();
err_transport:
	mcs_transport_unregister();
err_workqueues:
	mcs_main_destroy_workqueues();
	return err;
}

static void __exit mcs_main_exit(void)
{
	mcs_netlink_unregister();
	mcs_link_unregister();
	mcs_transport_unregister();
	mcs_main_destroy_workqueues();
	mcs_uevent_flush();
	mcs_stream_flush();
	/* Connections are freed after a grace period. */
	rcu_barrier();
}

module_init(mcs_main_init);
module_exit(mcs_main_exit);

MODULE_AUTHOR("The iscsi_mcs authors");
MODULE_DESCRIPTION("iSCSI over several TCP connections per session (MC/S)");
MODULE_LICENSE("GPL");
MODULE_VERSION("1.0.0");
MODULE_SOFTDEP("pre: libiscsi scsi_transport_iscsi crc32c md5 sha1 sha256 sha3-256");
