/*
 * One text for all instruction sets and both precisions: a file defines ZT_SINGLE_ as 0 (double) or 1 (float), includes
 * the vectors of its instruction set (avx2_lanes.h, avx512_lanes.h, neon_lanes.h) and then the text. A text is written in these
 * terms, which each of the three defines, and is empty where the instruction set does not exist:
 *
 *   real_, vec_, LANES        a number, a vector of LANES of them
 *   mask_                     which lanes: from comparisons (above_, not_above_, unordered_), below_(count) or the low bits of
 *                             a word, mask_of_(bits)
 *   load_, store_             unaligned; load_part_ and store_part_ never touch lanes outside their mask
 *   keep_                     clears the lanes outside a mask
 *   add_, sub_, mul_, div_, sqrt_, fma_, abs_, larger_ (the other one for NaN, at least in one operand), with_sign_of_, select_
 *   bits_, sum_, largest_     a mask as bits; reductions in an order of their own
 *   transpose_                LANES vectors
 *   TILE_VECTORS, TILE_GATES  the shape of a tile of accumulators
 *
 * Functions carry ZT_INLINE_ or ZT_TARGET_, kernels the name ZT_NAME_(kernel).
 */
#ifndef ZT_LANES_H
#define ZT_LANES_H

#if ZT_SINGLE_
#define ZT_JOIN_(kernel, tier) zt_##kernel##_f32_##tier##_
#else
#define ZT_JOIN_(kernel, tier) zt_##kernel##_f64_##tier##_
#endif
#define ZT_JOIN_EXPANDED_(kernel, tier) ZT_JOIN_(kernel, tier)
#define ZT_NAME_(kernel) ZT_JOIN_EXPANDED_(kernel, ZT_TIER_)

#endif
