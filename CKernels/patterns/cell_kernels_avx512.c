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

/* Whether row i has its root below that of the vertex, for 64 rows from `start`; adds to `apart` how many lie apart
 * from the vertex. */
ZT_AVX512_INLINE_ uint64_t compare_word_(const zt_cell_line_ *line, size_t start, size_t blocks, __m512d low,
                                         __m512d high, uint64_t *near) {
    uint64_t below = 0, above = 0;
    for (size_t b = 0; b < blocks; b++) {
        const __m512d from = _mm512_loadu_pd(line->low + start + 8 * b),
                      to = _mm512_loadu_pd(line->high + start + 8 * b);
        below |= (uint64_t)_mm512_cmp_pd_mask(to, low, _CMP_LT_OQ) << (8 * b);
        above |= (uint64_t)_mm512_cmp_pd_mask(from, high, _CMP_GT_OQ) << (8 * b);
    }
    *near = ~(below | above);
    return below;
}

/* The bits of all rows by the order of the roots; not zero when that leaves any but j open. */
ZT_AVX512_INLINE_ uint64_t order_bits_(const zt_cell_line_ *line, double from, double to, size_t j,
                                       uint64_t *bits) {
    const size_t rows = line->rows, words = line->words;
    const __m512d low = _mm512_set1_pd(from), high = _mm512_set1_pd(to);
    uint64_t open = 0;
    for (size_t w = 0; w < words; w++) {
        const size_t left = rows - 64 * w, blocks = left >= 64 ? 8 : (left + 7) / 8;
        uint64_t near, below = compare_word_(line, 64 * w, blocks, low, high, &near);
        if (left < 64) near &= ((uint64_t)1 << left) - 1;
        if (w == j / 64) near &= ~((uint64_t)1 << (j % 64));
        open |= near;
        bits[w] = below ^ line->falling[w];
    }
    return open;
}

ZT_AVX512_ void zt_cell_line_avx512_(const zt_cell_line_ *line) {
    const size_t rows = line->rows, words = line->words;
    uint64_t pick_mask[ZT_CELL_COLUMNS_];
    size_t pick_word[ZT_CELL_COLUMNS_];
    for (size_t k = 0; k < line->picked; k++) {
        pick_mask[k] = (uint64_t)1 << (line->pick[k] % 64);
        pick_word[k] = line->pick[k] / 64;
    }
    signs_ signs;
    size_t known = SIZE_MAX;
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

#endif
