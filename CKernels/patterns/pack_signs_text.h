/*
 * Signs of X G', a strip of samples by TILE_GATES gates in registers, compared and packed there: the product is
 * never stored. Samples lie in the lanes, so a tile of 64 rows is packed once, column by column, and serves all
 * gates. A text in the sense of lanes/lanes.h.
 */
#include "lanes/lanes.h"

#include "kernel_table.h"
#include "patterns/exact_sign.h"
#include "patterns/hash.h"
#include "workspace.h"

#if defined(ZT_LANES_)

enum { STRIP = TILE_VECTORS * LANES, STRIPS = ZT_SIGN_ROWS_ / STRIP };

#if ZT_SINGLE_
#define FACTOR_ zt_sign_factor_f32_
#define FLOOR_ zt_sign_floor_f32_
#define EXACT_BIT_ zt_exact_bit_f32_
#else
#define FACTOR_ zt_sign_factor_
#define FLOOR_ zt_sign_floor_
#define EXACT_BIT_ zt_exact_bit_
#endif

/* Columns of LANES samples, of which `rows` exist: the others are zero. */
ZT_INLINE_ void pack_vector_(size_t rows, size_t d, const real_ *x, size_t x_stride, real_ *packed) {
    size_t c = 0;
    vec_ block[LANES];
    for (; c + LANES <= d; c += LANES) {
        _Pragma("GCC unroll 16") for (size_t r = 0; r < LANES; r++) block[r] =
            r < rows ? load_(x + r * x_stride + c) : zero_();
        transpose_(block);
        _Pragma("GCC unroll 16") for (size_t j = 0; j < LANES; j++)
            store_(packed + (c + j) * STRIP, block[j]);
    }
    for (; c < d; c++)
        for (size_t r = 0; r < LANES; r++) packed[c * STRIP + r] = r < rows ? x[r * x_stride + c] : 0;
}

/* packed: [strip][column][sample]. scales: 4 ||x_k||_1. */
ZT_TARGET_ static void pack_rows_(size_t rows, size_t d, const real_ *x, size_t x_stride, real_ *packed,
                                  real_ *scales) {
    for (size_t k = 0; k < rows; k += STRIP) {
        real_ *strip = packed + k * d;
        for (size_t v = 0; v < STRIP; v += LANES) {
            size_t left = rows > k + v ? rows - k - v : 0;
            const real_ *from = left != 0 ? x + (k + v) * x_stride : x;
            if (left >= LANES)
                pack_vector_(LANES, d, from, x_stride, strip + v);
            else
                pack_vector_(left, d, from, x_stride, strip + v);
        }
        vec_ sums[TILE_VECTORS];
        for (size_t v = 0; v < TILE_VECTORS; v++) sums[v] = zero_();
        for (size_t c = 0; c < d; c++)
            for (size_t v = 0; v < TILE_VECTORS; v++)
                sums[v] = add_(sums[v], abs_(load_(strip + c * STRIP + v * LANES)));
        for (size_t v = 0; v < TILE_VECTORS; v++) store_(scales + k + v * LANES, mul_(splat_(4), sums[v]));
    }
}

ZT_TARGET_ static void scale_gates_(size_t d, size_t p, const real_ *gates, size_t gate_stride,
                                    real_ *scales) {
    for (size_t i = 0; i < p; i++) {
        vec_ largest = zero_();
        for (size_t c = 0; c < d; c += LANES)
            largest = larger_(largest, abs_(load_part_(gates + i * gate_stride + c, below_(d - c))));
        scales[i] = largest_(largest);
    }
}

typedef struct {
    uint64_t ones, unsure; /* A word of the line, and which of its bits the bound could not decide. */
} word_;

/* The products of a strip with `count` gates, whose rows follow each other, as bits from `shift` on. */
ZT_INLINE_ void strip_signs_(size_t count, size_t d, const real_ *packed, const real_ *row_scales,
                             const real_ *gates, size_t gate_stride, const real_ *gate_scales, size_t shift,
                             word_ *words) {
    vec_ sums[TILE_GATES][TILE_VECTORS];
    _Pragma("GCC unroll 8") for (size_t i = 0; i < count; i++)
        _Pragma("GCC unroll 8") for (size_t v = 0; v < TILE_VECTORS; v++) sums[i][v] = zero_();
    for (size_t c = 0; c < d; c++) {
        vec_ gate[TILE_GATES];
        _Pragma("GCC unroll 8") for (size_t i = 0; i < count; i++) gate[i] =
            splat_(gates[i * gate_stride + c]);
        _Pragma("GCC unroll 8") for (size_t v = 0; v < TILE_VECTORS; v++) {
            vec_ x = load_(packed + c * STRIP + LANES * v);
            _Pragma("GCC unroll 8") for (size_t i = 0; i < count; i++) sums[i][v] =
                fma_(x, gate[i], sums[i][v]);
        }
    }
    vec_ factor = splat_(FACTOR_(d)), least = splat_(FLOOR_(d)), zero = zero_();
    _Pragma("GCC unroll 8") for (size_t i = 0; i < count; i++) {
        uint64_t ones = 0, sure = 0;
        vec_ gate_scale = splat_(gate_scales[i]);
        _Pragma("GCC unroll 8") for (size_t v = 0; v < TILE_VECTORS; v++) {
            vec_ size = mul_(load_(row_scales + LANES * v), gate_scale);
            vec_ bound = fma_(factor, size, least);
            sure |= (uint64_t)bits_(above_(abs_(sums[i][v]), bound)) << (LANES * v);
            ones |= (uint64_t)bits_(above_(sums[i][v], zero)) << (LANES * v);
        }
        uint64_t all = STRIP == 64 ? ~(uint64_t)0 : ((uint64_t)1 << (STRIP % 64)) - 1;
        words[i].ones |= (ones & sure) << shift;
        words[i].unsure |= (all ^ sure) << shift;
    }
}

/* What all tiles share. */
typedef struct {
    size_t d, gate_stride, bit_stride;
    const real_ *gates, *gate_scales, *row_scales, *packed;
    uint64_t *bits, *hashes;
} job_;

/* One word of the lines of gates i, ..., i + count - 1. */
ZT_INLINE_ void tile_words_(size_t count, const job_ *job, size_t rows, const real_ *x, size_t x_stride,
                            size_t i, size_t word) {
    size_t d = job->d;
    const real_ *gates = job->gates + i * job->gate_stride;
    word_ words[TILE_GATES] = {{0, 0}};
    for (size_t k = 0; k < rows; k += STRIP)
        strip_signs_(count, d, job->packed + k * d, job->row_scales + k, gates, job->gate_stride,
                     job->gate_scales + i, k, words);
    uint64_t all = rows == ZT_SIGN_ROWS_ ? ~(uint64_t)0 : ((uint64_t)1 << rows) - 1;
    for (size_t g = 0; g < count; g++) {
        uint64_t ones = words[g].ones;
        for (uint64_t left = words[g].unsure & all; left != 0; left &= left - 1) {
            size_t k = (size_t)__builtin_ctzll(left);
            ones |= (uint64_t)EXACT_BIT_(d, x + k * x_stride, gates + g * job->gate_stride) << k;
        }
        job->bits[(i + g) * job->bit_stride + word] = ones & all;
        if (job->hashes != NULL) job->hashes[i + g] = zt_hash_next_(job->hashes[i + g], ones & all);
    }
}

ZT_TARGET_ void ZT_NAME_(pack_signs)(size_t n, size_t d, size_t p, const real_ *x, size_t x_stride,
                                     const real_ *gates, size_t gate_stride, uint64_t *bits,
                                     size_t bit_stride, uint64_t *hashes, real_ *workspace) {
    real_ *packed = (real_ *)(((uintptr_t)workspace + 63) & ~(uintptr_t)63);
    real_ *row_scales = packed + ZT_SIGN_ROWS_ * d, *gate_scales = row_scales + ZT_SIGN_ROWS_;
    const job_ job = {d, gate_stride, bit_stride, gates, gate_scales, row_scales, packed, bits, hashes};
    scale_gates_(d, p, gates, gate_stride, gate_scales);
    for (size_t i = 0; hashes != NULL && i < p; i++) hashes[i] = zt_hash_start_(n);
    for (size_t k = 0; k < n; k += ZT_SIGN_ROWS_) {
        size_t rows = n - k < ZT_SIGN_ROWS_ ? n - k : ZT_SIGN_ROWS_, i = 0;
        const real_ *tile = x + k * x_stride;
        pack_rows_(rows, d, tile, x_stride, packed, row_scales);
        for (; i + TILE_GATES <= p; i += TILE_GATES)
            tile_words_(TILE_GATES, &job, rows, tile, x_stride, i, k / 64);
        for (; i < p; i++) tile_words_(1, &job, rows, tile, x_stride, i, k / 64);
    }
}

#endif
