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

/* Where rows vanish that move: an interval in floating point, from one division. */
ZT_INLINE_ void interval_(const zt_cell_roots_ *line, vec_ c, vec_ y, mask_ moves, vec_ *low, vec_ *high) {
    const vec_ infinity = splat_(INFINITY), error = splat_(line->slope_error), y_size = abs_(y);
    const vec_ inverse = div_(splat_(1), select_(moves, y, splat_(1)));
    const vec_ root = mul_(sub_(zero_(), c), inverse), size = abs_(root);
    /* (C error + |root| Y error) / (|Y| - Y error), where the latter is at least |Y| / 2. */
    vec_ spread = mul_(fma_(size, error, splat_(line->constant_error)), abs_(inverse));
    spread = fma_(spread, splat_(2 * (1 + 0x1p-30)), mul_(size, splat_(0x1p-50)));
    const mask_ large = above_(y_size, add_(error, error));
    spread = select_(large, spread, infinity);
    const mask_ known = above_(infinity, spread);
    *low = select_(known, sub_(root, spread), sub_(zero_(), infinity));
    *high = select_(known, add_(root, spread), infinity);
}

ZT_TARGET_ void CELL_NAME_(cell_roots)(const zt_cell_roots_ *line) {
    const vec_ zero = zero_(), one = splat_(1), infinity = splat_(INFINITY),
               error = splat_(line->slope_error);
    const size_t rows = line->rows;
    for (size_t i = 0; i < rows; i += LANES) {
        const vec_ c = load_(line->constant + i), y = load_(line->slope + i);
        const mask_ moves = above_(abs_(y), error);
        const vec_ still = select_(above_(c, zero), sub_(zero, infinity), infinity);
        vec_ low, high;
        if (line->exact) {
            low = high = div_(sub_(zero, c), select_(moves, y, one));
        } else {
            interval_(line, c, y, moves, &low, &high);
        }
        low = select_(moves, low, still);
        high = select_(moves, high, still);
        if (i + LANES > rows) {
            low = select_(below_(rows - i), low, infinity);
            high = select_(below_(rows - i), high, infinity);
        }
        store_(line->low + i, low);
        if (!line->exact) store_(line->high + i, high);
    }
    for (size_t i = (rows + LANES - 1) / LANES * LANES; i % ZT_CELL_PADDING_ != 0; i += LANES) {
        store_(line->low + i, infinity);
        if (!line->exact) store_(line->high + i, infinity);
    }
    for (size_t start = 0; start < rows; start += 64) {
        uint64_t falling = 0, moving = 0, empty = 0;
        const double *const c = line->constant, *const y = line->slope;
        GATHER_WORD_(falling, rows, start, above_(zero, load_(y + i)))
        GATHER_WORD_(moving, rows, start, above_(abs_(load_(y + i)), error))
        GATHER_WORD_(empty, rows, start, is_zero_(load_(c + i)))
        const uint64_t inside = rows_from_(rows, start);
        line->falling[start / 64] = falling & inside;
        line->moving[start / 64] = moving & inside;
        line->vanishing[start / 64] = empty & ~moving & inside;
    }
}

ZT_TARGET_ void CELL_NAME_(cell_signs)(const zt_cell_signs_ *s) {
    const vec_ form_slope = splat_(s->form_slope), slope_scale = splat_(s->slope_scale);
    const size_t rows = s->rows, words = (rows + 63) / 64, from = s->first / 64;
    for (size_t w = from; w < words; w++) s->open[w] = 0;
    for (size_t b = 0; b <= s->picked; b++) {
        const double *const column = s->column[b];
        const vec_ form = splat_(s->form[b]), scale = splat_(s->scale[b]), floor = splat_(s->floor[b]);
        for (size_t w = from; w < words; w++) {
            uint64_t positive = 0, known = 0;
            for (size_t g = 0; g < 64 && 64 * w + g < rows; g += SPAN) {
                mask_ above[GATHERED], apart[GATHERED];
                if (64 * w + g + SPAN <= s->first) continue;
                _Pragma("GCC unroll 8") for (size_t k = 0; k < GATHERED; k++) {
                    const size_t i = 64 * w + g + k * LANES;
                    const vec_ y = load_(s->slope + i), entry = load_(column + i);
                    const vec_ value = sub_(mul_(form, y), mul_(form_slope, entry));
                    const vec_ bound = fma_(slope_scale, abs_(entry), fma_(scale, abs_(y), floor));
                    above[k] = above_(value, zero_());
                    apart[k] = above_(abs_(value), bound);
                }
                positive |= gather_(above) << g;
                known |= gather_(apart) << g;
            }
            s->positive[b * words + w] = positive;
            s->open[w] |= ~known;
        }
    }
}

/* For one vertex in [low, high], a word of rows: which vanish below it, and how many not apart from it. */
ZT_INLINE_ uint64_t order_word_(const double *from, const double *to, size_t rows, vec_ low, vec_ high,
                                uint32_t *near) {
    uint64_t below = 0, reached = 0;
    for (size_t g = 0; g < 64 && g < rows; g += SPAN) {
        mask_ under[GATHERED], upto[GATHERED];
        _Pragma("GCC unroll 8") for (size_t k = 0; k < GATHERED; k++) {
            under[k] = above_(low, load_(to + g + k * LANES));
            upto[k] = not_above_(load_(from + g + k * LANES), high);
        }
        below |= gather_(under) << g;
        reached |= gather_(upto) << g;
    }
    *near += (uint32_t)__builtin_popcountll(reached) - (uint32_t)__builtin_popcountll(below);
    return below;
}

ZT_TARGET_ void CELL_NAME_(cell_order)(const zt_cell_order_ *o) {
    const size_t words = (o->rows + 63) / 64;
    for (size_t v = 0; v < o->vertices; v++) {
        const vec_ low = splat_(o->vertex_low[v]), high = splat_(o->vertex_high[v]);
        uint64_t *bits = o->bits + v * words;
        uint32_t near = 0;
        for (size_t w = 0; w < words; w++) {
            const double *from = o->low + 64 * w, *to = o->high + 64 * w;
            bits[w] = order_word_(from, to, o->rows - 64 * w, low, high, &near) ^ o->falling[w];
        }
        o->near[v] = near;
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

#endif
