/* The plain loops of plain.h, once for each precision. */
#include "plain.h"

#if defined(__clang__)
#define REASSOCIATE _Pragma("clang fp reassociate(on)")
#else
#define REASSOCIATE
#endif

static int has_bit(const uint64_t *line, size_t j) {
    return (int)(line[j / 64] >> (j % 64) & 1);
}

#define DEFINE_PLAIN_PRODUCTS(real, suffix)                                                                  \
    void plain_forward_##suffix(size_t n, size_t d, size_t p, const real *restrict x,                        \
                                const real *restrict u, const uint64_t *restrict bits, size_t words,         \
                                real *restrict f) {                                                          \
        for (size_t k = 0; k < n; k++) {                                                                     \
            real sum = 0;                                                                                    \
            for (size_t i = 0; i < p; i++) {                                                                 \
                if (!has_bit(bits + k * words, i)) continue;                                                 \
                real dot = 0;                                                                                \
                {                                                                                            \
                    REASSOCIATE                                                                              \
                    for (size_t j = 0; j < d; j++) dot += x[k * d + j] * u[i * d + j];                       \
                }                                                                                            \
                sum += dot;                                                                                  \
            }                                                                                                \
            f[k] = sum;                                                                                      \
        }                                                                                                    \
    }                                                                                                        \
    void plain_adjoint_##suffix(size_t n, size_t d, size_t p, const real *restrict x,                        \
                                const real *restrict r, const uint64_t *restrict bits, size_t words,         \
                                real *restrict g) {                                                          \
        for (size_t i = 0; i < p; i++) {                                                                     \
            for (size_t j = 0; j < d; j++) g[i * d + j] = 0;                                                 \
            for (size_t k = 0; k < n; k++) {                                                                 \
                if (!has_bit(bits + i * words, k)) continue;                                                 \
                for (size_t j = 0; j < d; j++) g[i * d + j] += r[k] * x[k * d + j];                          \
            }                                                                                                \
        }                                                                                                    \
    }                                                                                                        \
    void plain_select_##suffix(size_t n, size_t p, const real *restrict mask, const real *restrict fit,      \
                               real *restrict f) {                                                           \
        for (size_t k = 0; k < n; k++) {                                                                     \
            real sum = 0;                                                                                    \
            {                                                                                                \
                REASSOCIATE                                                                                  \
                for (size_t i = 0; i < p; i++) sum += mask[k * p + i] * fit[k * p + i];                      \
            }                                                                                                \
            f[k] = sum;                                                                                      \
        }                                                                                                    \
    }                                                                                                        \
    void plain_scale_##suffix(size_t n, size_t p, const real *restrict mask, const real *restrict r,         \
                              real *restrict weights) {                                                      \
        for (size_t k = 0; k < n; k++)                                                                       \
            for (size_t i = 0; i < p; i++) weights[k * p + i] = r[k] * mask[k * p + i];                      \
    }

DEFINE_PLAIN_PRODUCTS(double, f64)
DEFINE_PLAIN_PRODUCTS(float, f32)
