#include "../avx512.h"

#include "../kernel_table.h"
#include "cell_kernels.h"

#if defined(__x86_64__)
#include <math.h>
#include <string.h>

/* One column; beta may be any number. */
ZT_AVX512_INLINE_ void exchange_column_(size_t rows, const double *source, const double *pivot, __m512d alpha,
                                        __m512d beta, int rounded, double *target) {
    const __m512d shift = _mm512_set1_pd(0x1.8p52);
    for (size_t i = 0; i < rows; i += 8) {
        __m512d value = _mm512_mul_pd(_mm512_loadu_pd(source + i), alpha);
        value = _mm512_fnmadd_pd(_mm512_loadu_pd(pivot + i), beta, value);
        if (rounded) value = _mm512_sub_pd(_mm512_add_pd(value, shift), shift);
        _mm512_storeu_pd(target + i, value);
    }
}

ZT_AVX512_ void zt_cell_exchange_avx512_(const zt_cell_exchange_ *e) {
    const __m512d alpha = _mm512_set1_pd(e->alpha), factor = _mm512_set1_pd(e->slack_factor);
    for (size_t c = 0; c < e->columns; c++) {
        const __m512d beta = _mm512_set1_pd(e->beta[c]);
        if (e->rounded) {
            exchange_column_(e->rows, e->source[c], e->pivot, alpha, beta, 1, e->target[c]);
        } else {
            exchange_column_(e->rows, e->source[c], e->pivot, alpha, beta, 0, e->target[c]);
        }
    }
    for (size_t i = 0; i < e->rows; i += 8) {
        _mm512_storeu_pd(e->slack + i, _mm512_mul_pd(_mm512_loadu_pd(e->pivot + i), factor));
    }
}

ZT_AVX512_ void zt_cell_roots_avx512_(const zt_cell_roots_ *line) {
    const __m512d zero = _mm512_setzero_pd(), infinity = _mm512_set1_pd(INFINITY);
    uint8_t *falling = (uint8_t *)line->falling, *moving = (uint8_t *)line->moving,
            *vanishing = (uint8_t *)line->vanishing;
    const size_t rows = line->rows, words = (rows + 63) / 64;
    line->falling[words - 1] = line->moving[words - 1] = line->vanishing[words - 1] = 0;
    for (size_t i = 0; i < rows; i += 8) {
        const __mmask8 inside = rows - i >= 8 ? 0xff : (__mmask8)((1U << (rows - i)) - 1);
        const __m512d c = _mm512_loadu_pd(line->constant + i), y = _mm512_loadu_pd(line->slope + i);
        const __mmask8 moves = _mm512_mask_cmp_pd_mask(inside, y, zero, _CMP_NEQ_OQ);
        const __mmask8 positive = _mm512_mask_cmp_pd_mask(inside, c, zero, _CMP_GT_OQ);
        const __mmask8 empty = _mm512_mask_cmp_pd_mask((__mmask8)(inside & ~moves), c, zero, _CMP_EQ_OQ);
        __m512d root = _mm512_mask_sub_pd(infinity, positive, zero, infinity);
        root = _mm512_mask_div_pd(root, moves, _mm512_sub_pd(zero, c), y);
        _mm512_storeu_pd(line->roots + i, root);
        falling[i / 8] = _mm512_mask_cmp_pd_mask(inside, y, zero, _CMP_LT_OQ);
        moving[i / 8] = moves;
        vanishing[i / 8] = empty;
    }
}

/* Eight vertices at a time: their signs, as masks over the vertices. */
typedef struct {
    __mmask8 height, open, below;
    __mmask8 picks[ZT_CELL_COLUMNS_];
} signs_;

ZT_AVX512_INLINE_ __mmask8 sign_of_(const zt_cell_line_ *line, size_t b, size_t j, __m512d y, __m512d y_size,
                                    __mmask8 *open) {
    const __m512d entry = _mm512_loadu_pd(line->column[b] + j);
    const __m512d product = _mm512_mul_pd(_mm512_set1_pd(line->form_slope), entry);
    const __m512d value = _mm512_fmsub_pd(_mm512_set1_pd(line->form[b]), y, product);
    __m512d bound = _mm512_fmadd_pd(_mm512_set1_pd(line->scale[b]), y_size, _mm512_set1_pd(line->floor[b]));
    bound = _mm512_fmadd_pd(_mm512_set1_pd(line->slope_scale), _mm512_abs_pd(entry), bound);
    *open |= (__mmask8)~_mm512_cmp_pd_mask(_mm512_abs_pd(value), bound, _CMP_GT_OQ);
    return _mm512_cmp_pd_mask(value, _mm512_setzero_pd(), _CMP_GT_OQ);
}

ZT_AVX512_INLINE_ void signs_of_(const zt_cell_line_ *line, size_t j, signs_ *signs) {
    const __m512d y = _mm512_loadu_pd(line->slope + j), y_size = _mm512_abs_pd(y);
    signs->open = 0;
    signs->height = sign_of_(line, 0, j, y, y_size, &signs->open);
    for (size_t k = 0; k < line->picked; k++) {
        signs->picks[k] = (__mmask8) ~(sign_of_(line, k + 1, j, y, y_size, &signs->open) ^ signs->height);
    }
    signs->below = (__mmask8)(signs->height ^ _mm512_cmp_pd_mask(y, _mm512_setzero_pd(), _CMP_GT_OQ));
}

/* Eight rows: whether the root lies below the vertex; `near` gathers those that do not lie apart from it. */
ZT_AVX512_INLINE_ __mmask8 compare_(const zt_cell_line_ *line, size_t i, __m512d low, __m512d high,
                                    __mmask8 others, __mmask8 *near) {
    const __m512d from = _mm512_loadu_pd(line->low + i), to = _mm512_loadu_pd(line->high + i);
    const __mmask8 below = _mm512_cmp_pd_mask(to, low, _CMP_LT_OQ);
    *near |= _mm512_mask_cmp_pd_mask((__mmask8)(others & ~below), from, high, _CMP_NGT_UQ);
    return below;
}

/* The bits of all rows by the order of the roots; not zero when that leaves any but j open. */
ZT_AVX512_INLINE_ unsigned order_bits_(const zt_cell_line_ *line, double from, double to, size_t j,
                                       uint64_t *bits) {
    const size_t rows = line->rows;
    const __m512d low = _mm512_set1_pd(from), high = _mm512_set1_pd(to);
    const __mmask8 itself = (__mmask8)(1U << (j % 8));
    __mmask8 near = 0;
    size_t i = 0;
    for (; i + 64 <= rows; i += 64) {
        __mmask8 m[8];
        for (size_t b = 0; b < 8; b++) {
            m[b] = compare_(line, i + 8 * b, low, high, i + 8 * b == j / 8 * 8 ? (__mmask8)~itself : 0xff,
                            &near);
        }
        const __mmask32 lower =
            _mm512_kunpackw((__mmask32)_mm512_kunpackb(m[3], m[2]), (__mmask32)_mm512_kunpackb(m[1], m[0]));
        const __mmask32 upper =
            _mm512_kunpackw((__mmask32)_mm512_kunpackb(m[7], m[6]), (__mmask32)_mm512_kunpackb(m[5], m[4]));
        bits[i / 64] = _mm512_kunpackd(upper, lower) ^ line->falling[i / 64];
    }
    if (i < rows) {
        uint64_t word = 0;
        for (size_t b = i; b < rows; b += 8) {
            const __mmask8 below =
                compare_(line, b, low, high, b == j / 8 * 8 ? (__mmask8)~itself : 0xff, &near);
            word |= (uint64_t)below << (b - i);
        }
        bits[i / 64] = word ^ line->falling[i / 64];
    }
    return near;
}

ZT_AVX512_ void zt_cell_line_avx512_(const zt_cell_line_ *line) {
    const size_t rows = line->rows, words = line->words;
    signs_ signs = {.height = 0};
    size_t known = 0;
    uint64_t pick_mask[ZT_CELL_COLUMNS_];
    size_t pick_word[ZT_CELL_COLUMNS_];
    for (size_t k = 0; k < line->picked; k++) {
        pick_mask[k] = (uint64_t)1 << (line->pick[k] % 64);
        pick_word[k] = line->pick[k] / 64;
    }
    if (line->first < rows) {
        signs_of_(line, line->first / 8 * 8, &signs);
        known = line->first / 8;
    }
    for (size_t j = line->first; j < rows; j++) {
        if ((line->moving[j / 64] >> (j % 64) & 1) == 0) {
            line->flags[j] = ZT_VERTEX_NONE_;
            continue;
        }
        if (j / 8 != known) signs_of_(line, j / 8 * 8, &signs);
        known = j / 8;
        uint64_t *bits = line->bits + j * words,
                 open = order_bits_(line, line->low[j], line->high[j], j, bits);
        const unsigned lane = j % 8;
        for (size_t k = 0; k < line->picked; k++) {
            uint64_t *word = bits + pick_word[k];
            *word = (*word & ~pick_mask[k]) | (signs.picks[k] >> lane & 1 ? pick_mask[k] : 0);
        }
        const uint64_t own = (uint64_t)1 << (j % 64);
        const unsigned height = signs.height >> lane & 1;
        bits[j / 64] = (bits[j / 64] & ~own) | ((line->form_slope > 0) == height ? own : 0);
        open |= signs.open >> lane & 1;
        line->flags[j] =
            (uint8_t)((open != 0 ? ZT_VERTEX_OPEN_ : 0) | (signs.below >> lane & 1 ? ZT_VERTEX_BELOW_ : 0));
    }
    if (line->extra_bits != NULL) {
        *line->extra_open = order_bits_(line, line->extra_low, line->extra_high, rows, line->extra_bits) != 0;
    }
}

ZT_AVX512_ double zt_cell_reach_avx512_(const zt_cell_reach_ *reach) {
    const __m512d growth = _mm512_set1_pd(reach->growth), t = _mm512_set1_pd(reach->t);
    __m512d fastest = _mm512_setzero_pd();
    for (size_t i = 0; i < reach->rows; i += 8) {
        const size_t left = reach->rows - i;
        unsigned lanes = (unsigned)(~reach->ignored[i / 64] >> (i % 64)) & 0xff;
        if (left < 8) lanes &= (1U << left) - 1;
        __m512d point = _mm512_loadu_pd(reach->constant + i), gradient = _mm512_setzero_pd();
        if (reach->slope != NULL) {
            const __m512d slope = _mm512_loadu_pd(reach->slope + i);
            point = _mm512_fmadd_pd(t, slope, point);
            gradient = _mm512_mul_pd(growth, slope);
        }
        for (size_t k = 0; k < reach->picked; k++) {
            gradient = _mm512_fmadd_pd(_mm512_set1_pd(reach->inward[k]), _mm512_loadu_pd(reach->slack[k] + i),
                                       gradient);
        }
        const __m512d speed = _mm512_fnmadd_pd(gradient, _mm512_rcp14_pd(point), _mm512_setzero_pd());
        fastest = _mm512_mask_max_pd(fastest, (__mmask8)lanes, speed, fastest);
    }
    return _mm512_reduce_max_pd(fastest);
}

ZT_AVX512_ double zt_cell_check_avx512_(const zt_cell_check_ *check, const uint64_t *line, const double *w) {
    __m512d least = _mm512_set1_pd(INFINITY);
    for (size_t h = 0; h < check->hyperplanes; h += 8) {
        const size_t left = check->hyperplanes - h;
        const __mmask8 lanes = left < 8 ? (__mmask8)((1U << left) - 1) : 0xff;
        const __mmask8 negative = (__mmask8)(~line[h / 64] >> (h % 64));
        __m512d value = _mm512_setzero_pd();
        for (size_t c = 0; c < check->rank; c++) {
            const __m512d entry = _mm512_loadu_pd(check->columns + c * check->stride + h);
            value = _mm512_fmadd_pd(entry, _mm512_set1_pd(w[c]), value);
        }
        value = _mm512_mask_sub_pd(value, negative, _mm512_setzero_pd(), value);
        const __m512d bound = _mm512_loadu_pd(check->bound + h);
        if (_mm512_mask_cmp_pd_mask(lanes, value, bound, _CMP_GT_OQ) != lanes) return -1;
        value = _mm512_mul_pd(value, _mm512_loadu_pd(check->scale + h));
        least = _mm512_mask_min_pd(least, lanes, value, least);
    }
    return _mm512_reduce_min_pd(least);
}

#endif
