/* One text for both precisions: a file defines ZT_SINGLE_ as 0 or 1 and includes this, then the text. */
#ifndef ZT_PRECISION_H
#define ZT_PRECISION_H

#include "zonotope/masked.h"

/* zt_masked_forward: zt_masked_forward_f64, and zt_masked_forward_f64_workspace */
#define ZT_SUFFIXED_(name) ZT_SUFFIX_(name)
#define ZT_SUFFIXED_WORKSPACE_(name) ZT_SUFFIX_WORKSPACE_(name)

/* zt_masked_forward, avx2: zt_masked_forward_f64_avx2_ */
#define ZT_PRECISE_(name, tier) ZT_PASTE_(name, tier)

#if ZT_SINGLE_
typedef float zt_real_;
typedef zt_masked_f32 zt_masked_;
#define ZT_PASTE_(name, tier) name##_f32_##tier##_
#define ZT_SUFFIX_(name) name##_f32
#define ZT_SUFFIX_WORKSPACE_(name) name##_f32_workspace
#else
typedef double zt_real_;
typedef zt_masked_f64 zt_masked_;
#define ZT_PASTE_(name, tier) name##_f64_##tier##_
#define ZT_SUFFIX_(name) name##_f64
#define ZT_SUFFIX_WORKSPACE_(name) name##_f64_workspace
#endif

#endif
