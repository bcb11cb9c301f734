#include "../avx2.h"

#include "../kernel_table.h"
#include "cell_kernels.h"

#if defined(__x86_64__)
#include <math.h>

ZT_AVX2_INLINE_ __m256d abs_(__m256d v) {
    return _mm256_andnot_pd(_mm256_set1_pd(-0.0), v);
}

/* One column; beta may be any number. */
ZT_AVX2_INLINE_ void exchange_column_(size_t rows, const double *source, const double *pivot, __m256d alpha,
                                      __m256d beta, int rounded, double *target) {
    const __m256d shift = _mm256_set1_pd(0x1.8p52);
    for (size_t i = 0; i < rows; i += 4) {
        __m256d value = _mm256_mul_pd(_mm256_loadu_pd(source + i), alpha);
        value = _mm256_fnmadd_pd(_mm256_loadu_pd(pivot + i), beta, value);
        if (rounded) value = _mm256_sub_pd(_mm256_add_pd(value, shift), shift);
        _mm256_storeu_pd(target + i, value);
    }
}

ZT_AVX2_ void zt_cell_exchange_avx2_(const zt_cell_exchange_ *e) {
    const __m256d alpha = _mm256_set1_pd(e->alpha), factor = _mm256_set1_pd(e->slack_factor);
    for (size_t c = 0; c < e->columns; c++) {
        const __m256d beta = _mm256_set1_pd(e->beta[c]);
        if (e->rounded) {
            exchange_column_(e->rows, e->source[c], e->pivot, alpha, beta, 1, e->target[c]);
        } else {
            exchange_column_(e->rows, e->source[c], e->pivot, alpha, beta, 0, e->target[c]);
        }
    }
    for (size_t i = 0; i < e->rows; i += 4) {
        _mm256_storeu_pd(e->slack + i, _mm256_mul_pd(_mm256_loadu_pd(e->pivot + i), factor));
    }
}

ZT_AVX2_INLINE_ uint64_t mask_(__m256d v) {
    return (uint64_t)(unsigned)_mm256_movemask_pd(v);
}

ZT_AVX2_ void zt_cell_roots_avx2_(const zt_cell_roots_ *line) {
    const __m256d zero = _mm256_setzero_pd(), infinity = _mm256_set1_pd(INFINITY);
    const size_t rows = line->rows;
    for (size_t start = 0; start < rows; start += 64) {
        const size_t left = rows - start, end = left < 64 ? (left + 7) / 8 * 8 : 64;
        uint64_t falling = 0, moving = 0, vanishing = 0;
        for (size_t b = 0; b < end; b += 4) {
            const size_t i = start + b;
            const __m256d inside = _mm256_castsi256_pd(zt_lanes_of_(rows, i));
            const __m256d c = _mm256_loadu_pd(line->constant + i), y = _mm256_loadu_pd(line->slope + i);
            const __m256d moves = _mm256_and_pd(inside, _mm256_cmp_pd(y, zero, _CMP_NEQ_OQ));
            const __m256d positive = _mm256_and_pd(inside, _mm256_cmp_pd(c, zero, _CMP_GT_OQ));
            const __m256d empty = _mm256_and_pd(inside, _mm256_cmp_pd(c, zero, _CMP_EQ_OQ));
            const __m256d still = _mm256_blendv_pd(infinity, _mm256_sub_pd(zero, infinity), positive);
            /* Divides by one where the row does not move. */
            const __m256d divisor = _mm256_blendv_pd(_mm256_set1_pd(1), y, moves);
            const __m256d root = _mm256_div_pd(_mm256_sub_pd(zero, c), divisor);
            _mm256_storeu_pd(line->roots + i, _mm256_blendv_pd(still, root, moves));
            falling |= mask_(_mm256_and_pd(inside, _mm256_cmp_pd(y, zero, _CMP_LT_OQ))) << b;
            moving |= mask_(moves) << b;
            vanishing |= mask_(_mm256_andnot_pd(moves, empty)) << b;
        }
        line->falling[start / 64] = falling;
        line->moving[start / 64] = moving;
        line->vanishing[start / 64] = vanishing;
    }
}

/* Four vertices at a time: their signs, as masks over the vertices. */
typedef struct {
    unsigned height, open, below;
    unsigned picks[ZT_CELL_COLUMNS_];
} signs_;

ZT_AVX2_INLINE_ unsigned sign_of_(const zt_cell_line_ *line, size_t b, size_t j, __m256d y, __m256d y_size,
                                  unsigned *open) {
    const __m256d entry = _mm256_loadu_pd(line->column[b] + j);
    const __m256d product = _mm256_mul_pd(_mm256_set1_pd(line->form_slope), entry);
    const __m256d value = _mm256_fmsub_pd(_mm256_set1_pd(line->form[b]), y, product);
    __m256d bound = _mm256_fmadd_pd(_mm256_set1_pd(line->scale[b]), y_size, _mm256_set1_pd(line->floor[b]));
    bound = _mm256_fmadd_pd(_mm256_set1_pd(line->slope_scale), abs_(entry), bound);
    *open |= ~(unsigned)mask_(_mm256_cmp_pd(abs_(value), bound, _CMP_GT_OQ));
    return (unsigned)mask_(_mm256_cmp_pd(value, _mm256_setzero_pd(), _CMP_GT_OQ));
}

ZT_AVX2_INLINE_ void signs_of_(const zt_cell_line_ *line, size_t j, signs_ *signs) {
    const __m256d y = _mm256_loadu_pd(line->slope + j), y_size = abs_(y);
    signs->open = 0;
    signs->height = sign_of_(line, 0, j, y, y_size, &signs->open);
    for (size_t k = 0; k < line->picked; k++) {
        signs->picks[k] = ~(sign_of_(line, k + 1, j, y, y_size, &signs->open) ^ signs->height);
    }
    signs->below = signs->height ^ (unsigned)mask_(_mm256_cmp_pd(y, _mm256_setzero_pd(), _CMP_GT_OQ));
}

/* Whether row i has its root below that of the vertex, for 64 rows from `start`; near: the rows that do not
 * lie apart from the vertex. */
ZT_AVX2_INLINE_ uint64_t compare_word_(const zt_cell_line_ *line, size_t start, size_t blocks, __m256d low,
                                       __m256d high, uint64_t *near) {
    uint64_t below = 0, above = 0;
    for (size_t b = 0; b < blocks; b++) {
        const __m256d from = _mm256_loadu_pd(line->low + start + 4 * b),
                      to = _mm256_loadu_pd(line->high + start + 4 * b);
        below |= mask_(_mm256_cmp_pd(to, low, _CMP_LT_OQ)) << (4 * b);
        above |= mask_(_mm256_cmp_pd(from, high, _CMP_GT_OQ)) << (4 * b);
    }
    *near = ~(below | above);
    return below;
}

/* The bits of all rows by the order of the roots; not zero when that leaves any but j open. */
ZT_AVX2_INLINE_ uint64_t order_bits_(const zt_cell_line_ *line, double from, double to, size_t j,
                                     uint64_t *bits) {
    const size_t rows = line->rows, words = line->words;
    const __m256d low = _mm256_set1_pd(from), high = _mm256_set1_pd(to);
    uint64_t open = 0;
    for (size_t w = 0; w < words; w++) {
        const size_t left = rows - 64 * w, blocks = left >= 64 ? 16 : (left + 7) / 8 * 2;
        uint64_t near, below = compare_word_(line, 64 * w, blocks, low, high, &near);
        if (left < 64) near &= ((uint64_t)1 << left) - 1;
        if (w == j / 64) near &= ~((uint64_t)1 << (j % 64));
        open |= near;
        bits[w] = below ^ line->falling[w];
    }
    return open;
}

ZT_AVX2_ void zt_cell_line_avx2_(const zt_cell_line_ *line) {
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
        signs_of_(line, line->first / 4 * 4, &signs);
        known = line->first / 4;
    }
    for (size_t j = line->first; j < rows; j++) {
        if ((line->moving[j / 64] >> (j % 64) & 1) == 0) {
            line->flags[j] = ZT_VERTEX_NONE_;
            continue;
        }
        if (j / 4 != known) signs_of_(line, j / 4 * 4, &signs);
        known = j / 4;
        uint64_t *bits = line->bits + j * words,
                 open = order_bits_(line, line->low[j], line->high[j], j, bits);
        const unsigned lane = j % 4;
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

/* Lanes whose bit is set in the lowest four bits. */
ZT_AVX2_INLINE_ __m256d lanes_of_bits_(uint64_t bits) {
    const __m256i places = _mm256_set_epi64x(8, 4, 2, 1);
    const __m256i picked = _mm256_and_si256(_mm256_set1_epi64x((long long)bits), places);
    return _mm256_castsi256_pd(_mm256_cmpeq_epi64(picked, places));
}

ZT_AVX2_INLINE_ double fold_(__m256d v, int largest) {
    double lanes[4];
    _mm256_storeu_pd(lanes, v);
    double result = lanes[0];
    for (size_t i = 1; i < 4; i++) result = largest ? fmax(result, lanes[i]) : fmin(result, lanes[i]);
    return result;
}

ZT_AVX2_ double zt_cell_reach_avx2_(const zt_cell_reach_ *reach) {
    const __m256d growth = _mm256_set1_pd(reach->growth), t = _mm256_set1_pd(reach->t);
    __m256d fastest = _mm256_setzero_pd();
    for (size_t i = 0; i < reach->rows; i += 4) {
        const __m256d inside = _mm256_castsi256_pd(zt_lanes_of_(reach->rows, i));
        const __m256d lanes = _mm256_and_pd(inside, lanes_of_bits_(~reach->ignored[i / 64] >> (i % 64)));
        __m256d point = _mm256_loadu_pd(reach->constant + i), gradient = _mm256_setzero_pd();
        if (reach->slope != NULL) {
            const __m256d slope = _mm256_loadu_pd(reach->slope + i);
            point = _mm256_fmadd_pd(t, slope, point);
            gradient = _mm256_mul_pd(growth, slope);
        }
        for (size_t k = 0; k < reach->picked; k++) {
            gradient = _mm256_fmadd_pd(_mm256_set1_pd(reach->inward[k]), _mm256_loadu_pd(reach->slack[k] + i),
                                       gradient);
        }
        const __m256d speed = _mm256_div_pd(_mm256_sub_pd(_mm256_setzero_pd(), gradient), point);
        fastest = _mm256_max_pd(_mm256_and_pd(lanes, speed), fastest);
    }
    return fold_(fastest, 1);
}

ZT_AVX2_ double zt_cell_check_avx2_(const zt_cell_check_ *check, const uint64_t *line, const double *w) {
    const __m256d sign = _mm256_set1_pd(-0.0), infinity = _mm256_set1_pd(INFINITY);
    __m256d least = infinity;
    for (size_t h = 0; h < check->hyperplanes; h += 4) {
        const __m256d lanes = _mm256_castsi256_pd(zt_lanes_of_(check->hyperplanes, h));
        const __m256d negative = lanes_of_bits_(~line[h / 64] >> (h % 64));
        __m256d value = _mm256_setzero_pd();
        for (size_t c = 0; c < check->rank; c++) {
            const __m256d entry = _mm256_loadu_pd(check->columns + c * check->stride + h);
            value = _mm256_fmadd_pd(entry, _mm256_set1_pd(w[c]), value);
        }
        value = _mm256_xor_pd(value, _mm256_and_pd(negative, sign));
        const __m256d right = _mm256_cmp_pd(value, _mm256_loadu_pd(check->bound + h), _CMP_GT_OQ);
        if (_mm256_movemask_pd(_mm256_andnot_pd(right, lanes)) != 0) return -1;
        value = _mm256_mul_pd(value, _mm256_loadu_pd(check->scale + h));
        least = _mm256_min_pd(_mm256_blendv_pd(infinity, value, lanes), least);
    }
    return fold_(least, 0);
}

#endif
