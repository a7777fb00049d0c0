// SPDX-License-Identifier: GPL-2.0
/*
 * Compile probes: what does the kernel at hand offer?
 *
 * Not part of the module. probe.sh compiles this file once, without producing
 * code. A section starts at its #line directive, whose "file name" is the macro
 * to define if the section compiles; the compiler's messages name the sections
 * that do not. A section must therefore not change the meaning of those after
 * it, and each says which upstream release brought the feature, so that the
 * section and its shim can be deleted with the last kernel that lacks it.
 * Copyright The iscsi_mcs authors
 */

#include <linux/blkdev.h>
#include <linux/gfp.h>
#include <linux/mm_types.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/timer.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>
#include <net/sock.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <trace/events/sock.h>

/* v6.2: scsi: core: Change the return type of .eh_timed_out() */
#line 1 "MCS_HAVE_SCSI_TIMEOUT_ACTION"
static enum scsi_timeout_action probe_eh_timed_out(struct scsi_cmnd *sc)
{
	return sc ? SCSI_EH_NOT_HANDLED : SCSI_EH_RESET_TIMER;
}

struct scsi_host_template probe_eh_template = {
	.eh_timed_out = probe_eh_timed_out,
};

/* v6.10: scsi: add a device_configure method to the host template */
#line 1 "MCS_HAVE_DEVICE_CONFIGURE"
static int probe_device_configure(struct scsi_device *s, struct queue_limits *l)
{
	return 0;
}

struct scsi_host_template probe_device_configure_template = {
	.device_configure = probe_device_configure,
};

/* v6.14: scsi: Rename .device_configure() into .sdev_configure() */
#line 1 "MCS_HAVE_SDEV_CONFIGURE"
static int probe_sdev_configure(struct scsi_device *s, struct queue_limits *l)
{
	return 0;
}

struct scsi_host_template probe_sdev_configure_template = {
	.sdev_configure = probe_sdev_configure,
};

/* v6.14: scsi: Rename .slave_alloc() and .slave_destroy() */
#line 1 "MCS_HAVE_SDEV_INIT"
struct scsi_host_template probe_sdev_init_template = {
	.sdev_init = NULL,
	.sdev_destroy = NULL,
};

/* v6.11: block: move the stable_writes flag to queue_limits */
#line 1 "MCS_HAVE_FEAT_STABLE_WRITES"
void probe_stable_writes(struct queue_limits *lim)
{
	lim->features |= BLK_FEAT_STABLE_WRITES;
}

/* v6.10: scsi: core: Add a dma_alignment field to the host and host template */
#line 1 "MCS_HAVE_SHOST_DMA_ALIGNMENT"
void probe_dma_alignment(struct Scsi_Host *shost)
{
	shost->dma_alignment = 0;
}

/*
 * v6.10: block: add a queue_limits_cancel_update helper; from then on a limit is
 * what max_user_sectors says (v6.3: block: save user max_sectors limit).
 */
#line 1 "MCS_HAVE_QUEUE_LIMITS_UPDATE"
void probe_queue_limits_update(struct request_queue *q)
{
	struct queue_limits lim = queue_limits_start_update(q);

	lim.max_user_sectors = 0;
	queue_limits_cancel_update(q);
}

/* v6.14: block: add a queue_limits_commit_update_frozen helper */
#line 1 "MCS_HAVE_QUEUE_LIMITS_COMMIT_FROZEN"
int probe_queue_limits_commit_frozen(struct request_queue *q,
				     struct queue_limits *lim)
{
	return queue_limits_commit_update_frozen(q, lim);
}

/*
 * v6.5: sock: Remove ->sendpage*() in favour of sendmsg(MSG_SPLICE_PAGES).
 * MSG_SPLICE_PAGES itself says nothing: 6.1 stable defines it, and ignores it.
 */
#line 1 "MCS_HAVE_SENDPAGE"
int probe_sendpage(struct socket *sock, struct page *page)
{
	return sock->ops->sendpage ? kernel_sendpage(sock, page, 0, 1, 0) : 0;
}

/* v6.19: net: Convert struct sockaddr to sockaddr_unsized in socket calls */
#line 1 "MCS_HAVE_SOCKADDR_UNSIZED"
int probe_sockaddr(struct socket *sock, struct sockaddr_unsized *addr)
{
	return kernel_bind(sock, addr, 0) ?: kernel_connect(sock, addr, 0, 0);
}

/* v6.15: net: Add net_passive counterpart for kernel sockets */
#line 1 "MCS_HAVE_SK_NET_REFCNT_UPGRADE"
void probe_sk_net_refcnt_upgrade(struct sock *sk)
{
	sk_net_refcnt_upgrade(sk);
}

/* v6.3: net: introduce trace_sk_data_ready() */
#line 1 "MCS_HAVE_TRACE_SK_DATA_READY"
void probe_trace_sk_data_ready(struct sock *sk)
{
	trace_sk_data_ready(sk);
}

/* v6.6: genetlink: use attrs from struct genl_info */
#line 1 "MCS_HAVE_GENL_INFO_DUMP"
struct nlattr **probe_genl_info_dump(struct netlink_callback *cb)
{
	return genl_info_dump(cb)->attrs;
}

/* v6.2: netlink: add support for formatted extack messages */
#line 1 "MCS_HAVE_EXTACK_MSG_BUF"
char probe_extack_msg_buf(struct netlink_ext_ack *extack)
{
	return extack->_msg_buf[0];
}

/* v6.17: workqueue: Add new WQ_PERCPU flag */
#line 1 "MCS_HAVE_WQ_PERCPU"
int probe_wq_percpu(void)
{
	return WQ_PERCPU;
}

/* v6.17: Workqueue: add system_percpu_wq and system_dfl_wq */
#line 1 "MCS_HAVE_SYSTEM_DFL_WQ"
bool probe_system_dfl_wq(void)
{
	return system_dfl_wq == system_percpu_wq;
}

/* v6.12: move asm/unaligned.h to linux/unaligned.h */
#line 1 "MCS_HAVE_LINUX_UNALIGNED_H"
#if !__has_include(<linux/unaligned.h>)
#error "no such header"
#endif

/* v6.13: mm: page_frag: move the page fragment allocator into its own file */
#line 1 "MCS_HAVE_PAGE_FRAG_CACHE_H"
#if !__has_include(<linux/page_frag_cache.h>)
#error "no such header"
#endif

/* v6.9: mm: page_frag: add a dedicated function to drain the cache */
#line 1 "MCS_HAVE_PAGE_FRAG_CACHE_DRAIN"
void probe_page_frag_cache_drain(struct page_frag_cache *nc)
{
	page_frag_cache_drain(nc);
}

/* v6.13: mm: page_frag: use an encoded page, with an initialiser */
#line 1 "MCS_HAVE_PAGE_FRAG_CACHE_INIT"
void probe_page_frag_cache_init(struct page_frag_cache *nc)
{
	page_frag_cache_init(nc);
}

/*
 * v6.10: tracing/treewide: Remove second parameter of __assign_str().
 * Last, because it replaces helpers of the trace stages.
 */
#line 1 "MCS_HAVE_ASSIGN_STR_ONE"
#include <trace/stages/stage6_event_callback.h>
#undef __get_str
#define __get_str(field) probe_buffer
#undef __get_dynamic_array_len
#define __get_dynamic_array_len(field) 1
#undef EVENT_NULL_STR
#define EVENT_NULL_STR ""

void probe_assign_str(char *probe_buffer)
{
	struct {
		const char *name_ptr_;
	} __data_offsets = { NULL };

	__assign_str(name);
}
