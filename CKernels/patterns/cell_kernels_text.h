/*
 * The kernels of the search for cells, a text for all instruction sets: include the vectors of one in double precision
 * (lanes/lanes.h) first, and define besides
 *
 *   GATHERED, gather_       so many masks as bits, the first lane lowest; for at most ZT_CELL_PADDING_ lanes
 *   from_bits_              the mask of the lowest LANES bits
 *   rough_quotient_         a / b to four digits or better
 *
 * Columns are readable up to a multiple of ZT_CELL_PADDING_, so vectors need no tails; what rows there are is said by
 * masks of words.
 */
#if defined(ZT_LANES_)
#include "../kernel_table.h"
#include "cell_kernels.h"

#include <math.h>

#define CELL_JOIN_(kernel, tier) zt_##kernel##_##tier##_
#define CELL_JOIN_EXPANDED_(kernel, tier) CELL_JOIN_(kernel, tier)
#define CELL_NAME_(kernel) CELL_JOIN_EXPANDED_(kernel, ZT_TIER_)

enum { SPAN = GATHERED * LANES };

/* Gathers the masks that an expression in the number `i` of a row gives for the rows from `start` on into a word. */
#define GATHER_WORD_(word, rows, start, expression)                                                          \
    for (size_t g_ = 0; g_ < 64 && (start) + g_ < (rows); g_ += SPAN) {                                      \
        mask_ masks_[GATHERED];                                                                              \
        _Pragma("GCC unroll 8") for (size_t b_ = 0; b_ < GATHERED; b_++) {                                   \
            const size_t i = (start) + g_ + b_ * LANES;                                                      \
            masks_[b_] = expression;                                                                         \
        }                                                                                                    \
        (word) |= gather_(masks_) << g_;                                                                     \
    }

ZT_INLINE_ uint64_t rows_from_(size_t rows, size_t start) {
    return rows - start < 64 ? ((uint64_t)1 << (rows - start)) - 1 : ~(uint64_t)0;
}

ZT_INLINE_ mask_ is_zero_(vec_ v) {
    return not_above_(abs_(v), zero_());
}

/* One column; beta may be any number. */
ZT_INLINE_ void exchange_column_(size_t rows, const double *source, const double *pivot, vec_ alpha,
                                 vec_ minus_beta, int rounded, double *target) {
    const vec_ shift = splat_(0x1.8p52);
    for (size_t i = 0; i < rows; i += LANES) {
        vec_ value = fma_(load_(pivot + i), minus_beta, mul_(load_(source + i), alpha));
        if (rounded) value = sub_(add_(value, shift), shift);
        store_(target + i, value);
    }
}

ZT_TARGET_ void CELL_NAME_(cell_exchange)(const zt_cell_exchange_ *e) {
    const vec_ alpha = splat_(e->alpha), factor = splat_(e->slack_factor);
    for (size_t c = 0; c < e->columns; c++) {
        if (e->rounded) {
            exchange_column_(e->rows, e->source[c], e->pivot, alpha, splat_(-e->beta[c]), 1, e->target[c]);
        } else {
            exchange_column_(e->rows, e->source[c], e->pivot, alpha, splat_(-e->beta[c]), 0, e->target[c]);
        }
    }
    for (size_t i = 0; i < e->rows; i += LANES) store_(e->slack + i, mul_(load_(e->pivot + i), factor));
}

ZT_TARGET_ void CELL_NAME_(cell_varies)(const zt_cell_varies_ *v) {
    for (size_t start = 0; start < v->rows; start += 64) {
        uint64_t word = 0;
        for (size_t c = 0; c < v->columns; c++) {
            const double *column = v->column[c];
            const vec_ error = splat_(v->error[c]);
            GATHER_WORD_(word, v->rows, start, above_(abs_(load_(column + i)), error))
        }
        v->varies[start / 64] = word & rows_from_(v->rows, start);
    }
}

/* count is a constant where this is inlined. */
ZT_INLINE_ void forms_(const zt_cell_forms_ *f, size_t count) {
    for (size_t b = 0; b < f->rank; b += LANES) {
        vec_ value[ZT_CELL_FORMS_], size[ZT_CELL_FORMS_];
        for (size_t k = 0; k < count; k++) value[k] = size[k] = zero_();
        for (size_t c = 0; c < f->rank; c += LANES) {
            /* Columns beyond the rank are not there, entries beyond it are not used. */
            vec_ units[LANES];
            for (size_t l = 0; l < LANES; l++)
                units[l] = b + l < f->rank ? load_(f->column[b + l] + c) : zero_();
            transpose_(units);
            for (size_t l = 0; l < LANES && c + l < f->rank; l++) {
                for (size_t k = 0; k < count; k++) {
                    value[k] = fma_(splat_(f->functional[k][c + l]), units[l], value[k]);
                    size[k] = fma_(splat_(f->weight[k][c + l]), abs_(units[l]), size[k]);
                }
            }
        }
        for (size_t k = 0; k < count; k++) {
            store_(f->value[k] + b, value[k]);
            store_(f->size[k] + b, size[k]);
        }
    }
}

ZT_TARGET_ void CELL_NAME_(cell_forms)(const zt_cell_forms_ *f) {
    if (f->count == 2) {
        forms_(f, 2);
    } else {
        forms_(f, 1);
    }
}

/* Vectors that are in work at the same time, to hide the time of one multiplication. */
enum { AT_ONCE = 4 };

ZT_TARGET_ double CELL_NAME_(cell_reach)(const zt_cell_reach_ *reach) {
    const vec_ growth = splat_(reach->growth), t = splat_(reach->t);
    const size_t rows = reach->rows, first = rows / 8 * 8;
    vec_ fastest = zero_();
    for (size_t start = 0; start < rows + reach->rank; start += AT_ONCE * LANES) {
        vec_ point[AT_ONCE], gradient[AT_ONCE];
        for (size_t l = 0; l < AT_ONCE; l++) {
            point[l] = load_(reach->constant + start + l * LANES);
            gradient[l] = zero_();
            if (reach->slope == NULL) continue;
            const vec_ slope = load_(reach->slope + start + l * LANES);
            point[l] = fma_(t, slope, point[l]);
            gradient[l] = mul_(growth, slope);
        }
        for (size_t k = 0; k < reach->picked; k++) {
            const vec_ inward = splat_(reach->inward[k]);
            const double *slack = reach->slack[k] + start;
            for (size_t l = 0; l < AT_ONCE; l++)
                gradient[l] = fma_(inward, load_(slack + l * LANES), gradient[l]);
        }
        for (size_t l = 0; l < AT_ONCE; l++) {
            const size_t i = start + l * LANES;
            if (i >= first && i < rows + reach->rank) {
                store_(reach->point + (i - first), point[l]);
                store_(reach->gradient + (i - first), gradient[l]);
            }
            if (i >= rows) continue;
            uint64_t lanes = ~reach->ignored[i / 64] >> (i % 64);
            if (rows - i < LANES) lanes &= ((uint64_t)1 << (rows - i)) - 1;
            const vec_ speed = sub_(zero_(), rough_quotient_(gradient[l], point[l]));
            fastest = select_(from_bits_(lanes), larger_(speed, fastest), fastest);
        }
    }
    return largest_(fastest);
}

ZT_TARGET_ double CELL_NAME_(cell_check)(const zt_cell_check_ *check, const uint64_t *line, const double *w) {
    /* The largest of bound - |product| and of -|product| scale. */
    vec_ excess = splat_(-INFINITY), worst = excess;
    for (size_t start = 0; start < check->hyperplanes; start += AT_ONCE * LANES) {
        vec_ values[AT_ONCE];
        for (size_t l = 0; l < AT_ONCE; l++) values[l] = zero_();
        for (size_t c = 0; c < check->rank; c++) {
            const vec_ factor = splat_(w[c]);
            const double *column = check->columns + c * check->stride + start;
            for (size_t l = 0; l < AT_ONCE; l++)
                values[l] = fma_(load_(column + l * LANES), factor, values[l]);
        }
        for (size_t l = 0; l < AT_ONCE; l++) {
            const size_t h = start + l * LANES;
            if (h >= check->hyperplanes) continue;
            const vec_ value =
                select_(from_bits_(line[h / 64] >> (h % 64)), sub_(zero_(), values[l]), values[l]);
            const size_t left = check->hyperplanes - h;
            vec_ over = add_(load_(check->bound + h), value), scaled = mul_(value, load_(check->scale + h));
            if (left < LANES) {
                over = select_(below_(left), over, excess);
                scaled = select_(below_(left), scaled, worst);
            }
            excess = larger_(excess, over);
            worst = larger_(worst, scaled);
        }
    }
    /* The sum may round to zero but not change its sign. */
    return largest_(excess) < 0 ? -largest_(worst) : -1;
}

#include "cell_line_text.h"

#endif
