/* Vectors of NEON (AArch64) under the names of lanes.h. */
#ifndef ZT_LANES_NEON_H
#define ZT_LANES_NEON_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__aarch64__)
#include <arm_neon.h>

#define ZT_LANES_ 1
#define ZT_INLINE_ __attribute__((always_inline)) static inline
#define ZT_TARGET_
#define ZT_TIER_ neon

#if ZT_SINGLE_
typedef float real_;
typedef float32x4_t vec_;
typedef uint32x4_t lane_bits_;
enum { LANES = 4 };
#define OP_(name) name##q_f32
#define BITS_(name) name##q_u32
#define TO_BITS_ vreinterpretq_u32_f32
#define FROM_BITS_ vreinterpretq_f32_u32
#else
typedef double real_;
typedef float64x2_t vec_;
typedef uint64x2_t lane_bits_;
enum { LANES = 2 };
#define ZT_PAIRS_ 1
#define OP_(name) name##q_f64
#define BITS_(name) name##q_u64
#define TO_BITS_ vreinterpretq_u64_f64
#define FROM_BITS_ vreinterpretq_f64_u64
#endif

/* Lanes of a comparison, all ones or zero, or the number of the first lanes that take part. */
typedef lane_bits_ mask_;

/* Of a tile of products: its accumulators, its gates and one vector of rows fit the 32 registers. */
enum { TILE_VECTORS = 4, TILE_GATES = 6 };

ZT_INLINE_ vec_ splat_(real_ x) {
#if ZT_SINGLE_
    return vdupq_n_f32(x);
#else
    return vdupq_n_f64(x);
#endif
}
ZT_INLINE_ vec_ zero_(void) {
    return splat_(0);
}
ZT_INLINE_ mask_ below_(size_t count) {
#if ZT_SINGLE_
    const uint32_t lanes[LANES] = {0, 1, 2, 3};
    return vcgtq_u32(vdupq_n_u32(count < LANES ? (uint32_t)count : LANES), vld1q_u32(lanes));
#else
    const uint64_t lanes[LANES] = {0, 1};
    return vcgtq_u64(vdupq_n_u64(count), vld1q_u64(lanes));
#endif
}
ZT_INLINE_ mask_ mask_of_(uint64_t bits) {
#if ZT_SINGLE_
    const uint32_t places[LANES] = {1, 2, 4, 8};
    return vtstq_u32(vdupq_n_u32((uint32_t)bits), vld1q_u32(places));
#else
    const uint64_t places[LANES] = {1, 2};
    return vtstq_u64(vdupq_n_u64(bits), vld1q_u64(places));
#endif
}
ZT_INLINE_ unsigned bits_(mask_ mask) {
#if ZT_SINGLE_
    const uint32_t places[LANES] = {1, 2, 4, 8};
    return vaddvq_u32(vandq_u32(mask, vld1q_u32(places)));
#else
    const uint64_t places[LANES] = {1, 2};
    return (unsigned)vaddvq_u64(vandq_u64(mask, vld1q_u64(places)));
#endif
}
ZT_INLINE_ vec_ load_(const real_ *p) {
    return OP_(vld1)(p);
}
ZT_INLINE_ void store_(real_ *p, vec_ v) {
    OP_(vst1)(p, v);
}
/* There are no masked loads: lane by lane. */
ZT_INLINE_ vec_ load_part_(const real_ *p, mask_ part) {
    real_ lane[LANES];
    unsigned bits = bits_(part);
    for (size_t i = 0; i < LANES; i++) {
        lane[i] = 0;
        if (bits >> i & 1) memcpy(lane + i, p + i, sizeof *lane);
    }
    return load_(lane);
}
ZT_INLINE_ void store_part_(real_ *p, mask_ part, vec_ v) {
    real_ lane[LANES];
    unsigned bits = bits_(part);
    store_(lane, v);
    for (size_t i = 0; i < LANES; i++)
        if (bits >> i & 1) p[i] = lane[i];
}
ZT_INLINE_ vec_ add_(vec_ a, vec_ b) {
    return OP_(vadd)(a, b);
}
ZT_INLINE_ vec_ sub_(vec_ a, vec_ b) {
    return OP_(vsub)(a, b);
}
ZT_INLINE_ vec_ mul_(vec_ a, vec_ b) {
    return OP_(vmul)(a, b);
}
ZT_INLINE_ vec_ fma_(vec_ a, vec_ b, vec_ c) {
    return OP_(vfma)(c, a, b);
}
ZT_INLINE_ vec_ div_(vec_ a, vec_ b) {
    return OP_(vdiv)(a, b);
}
ZT_INLINE_ vec_ sqrt_(vec_ a) {
    return OP_(vsqrt)(a);
}
ZT_INLINE_ vec_ larger_(vec_ a, vec_ b) {
    return OP_(vmaxnm)(a, b);
}
ZT_INLINE_ vec_ abs_(vec_ a) {
    return OP_(vabs)(a);
}
ZT_INLINE_ vec_ with_sign_of_(vec_ size, vec_ sign) {
    lane_bits_ place = TO_BITS_(splat_((real_)-0.0));
    return FROM_BITS_(BITS_(vorr)(TO_BITS_(size), BITS_(vand)(TO_BITS_(sign), place)));
}
ZT_INLINE_ mask_ above_(vec_ a, vec_ b) {
    return OP_(vcgt)(a, b);
}
ZT_INLINE_ mask_ not_above_(vec_ a, vec_ b) {
    return OP_(vcle)(a, b);
}
ZT_INLINE_ mask_ unordered_(vec_ a) {
    mask_ ordered = OP_(vceq)(a, a);
#if ZT_SINGLE_
    return vmvnq_u32(ordered);
#else
    return veorq_u64(ordered, vdupq_n_u64(UINT64_MAX));
#endif
}
ZT_INLINE_ vec_ select_(mask_ mask, vec_ yes, vec_ no) {
    return OP_(vbsl)(mask, yes, no);
}
ZT_INLINE_ vec_ keep_(mask_ mask, vec_ v) {
    return FROM_BITS_(BITS_(vand)(mask, TO_BITS_(v)));
}
ZT_INLINE_ real_ sum_(vec_ v) {
    return OP_(vaddv)(v);
}
ZT_INLINE_ real_ largest_(vec_ v) {
    return OP_(vmaxnmv)(v);
}

/* Lanes change places with vectors. */
ZT_INLINE_ void transpose_(vec_ v[LANES]) {
#if ZT_SINGLE_
    float64x2_t a = vreinterpretq_f64_f32(vtrn1q_f32(v[0], v[1]));
    float64x2_t b = vreinterpretq_f64_f32(vtrn2q_f32(v[0], v[1]));
    float64x2_t c = vreinterpretq_f64_f32(vtrn1q_f32(v[2], v[3]));
    float64x2_t d = vreinterpretq_f64_f32(vtrn2q_f32(v[2], v[3]));
    v[0] = vreinterpretq_f32_f64(vtrn1q_f64(a, c));
    v[1] = vreinterpretq_f32_f64(vtrn1q_f64(b, d));
    v[2] = vreinterpretq_f32_f64(vtrn2q_f64(a, c));
    v[3] = vreinterpretq_f32_f64(vtrn2q_f64(b, d));
#else
    vec_ even = vtrn1q_f64(v[0], v[1]);
    v[1] = vtrn2q_f64(v[0], v[1]);
    v[0] = even;
#endif
}

#endif
#endif
