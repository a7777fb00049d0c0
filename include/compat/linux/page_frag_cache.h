/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Copyright The iscsi_mcs authors
 */
#ifndef MCS_COMPAT_LINUX_PAGE_FRAG_CACHE_H
#define MCS_COMPAT_LINUX_PAGE_FRAG_CACHE_H

#include <mcs_have.h>
#ifdef MCS_HAVE_PAGE_FRAG_CACHE_H
#include_next <linux/page_frag_cache.h>
#endif
#include <linux/gfp.h>
#include <linux/mm.h>

#ifndef MCS_HAVE_PAGE_FRAG_CACHE_DRAIN
/**
 * page_frag_cache_drain - give the cache's own reference on its page back
 * @nc: cache, may be empty
 */
static inline void page_frag_cache_drain(struct page_frag_cache *nc)
{
	if (!nc->va)
		return;
	__page_frag_cache_drain(virt_to_head_page(nc->va), nc->pagecnt_bias);
	nc->va = NULL;
}
#endif

#ifndef MCS_HAVE_PAGE_FRAG_CACHE_INIT
/**
 * page_frag_cache_init - make a cache empty
 * @nc: cache
 */
static inline void page_frag_cache_init(struct page_frag_cache *nc)
{
	nc->va = NULL;
}
#endif

#endif /* MCS_COMPAT_LINUX_PAGE_FRAG_CACHE_H */
