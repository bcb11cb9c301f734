#include "peak.h"

#include <math.h>

/* Sixteen chains hide the latency of the multiply-add on two ports. */
enum { CHAINS = 16 };

#if defined(__x86_64__)
#include <immintrin.h>

/* The sums reach a volatile, so that the loop cannot be dropped. */
static volatile double sink;

__attribute__((target("avx512f"))) static double run_avx512(size_t rounds) {
    __m512d sums[CHAINS], factor = _mm512_set1_pd(0.999999), term = _mm512_set1_pd(1e-9);
    for (int c = 0; c < CHAINS; c++) sums[c] = _mm512_set1_pd(1.0 + c);
    for (size_t r = 0; r < rounds; r++) {
        for (int c = 0; c < CHAINS; c++) sums[c] = _mm512_fmadd_pd(sums[c], factor, term);
    }
    __m512d total = sums[0];
    for (int c = 1; c < CHAINS; c++) total = _mm512_add_pd(total, sums[c]);
    sink = _mm512_cvtsd_f64(total);
    return 2.0 * 8 * CHAINS * (double)rounds;
}

__attribute__((target("avx2,fma"))) static double run_avx2(size_t rounds) {
    /* Twelve chains: with factor and term they fit the sixteen registers. */
    enum { FEWER = 12 };
    __m256d sums[FEWER], factor = _mm256_set1_pd(0.999999), term = _mm256_set1_pd(1e-9);
    for (int c = 0; c < FEWER; c++) sums[c] = _mm256_set1_pd(1.0 + c);
    for (size_t r = 0; r < rounds; r++) {
        for (int c = 0; c < FEWER; c++) sums[c] = _mm256_fmadd_pd(sums[c], factor, term);
    }
    __m256d total = sums[0];
    for (int c = 1; c < FEWER; c++) total = _mm256_add_pd(total, sums[c]);
    sink = _mm256_cvtsd_f64(total);
    return 2.0 * 4 * FEWER * (double)rounds;
}

__attribute__((target("avx512f"))) static double run_avx512_single(size_t rounds) {
    __m512 sums[CHAINS], factor = _mm512_set1_ps(0.9999F), term = _mm512_set1_ps(1e-9F);
    for (int c = 0; c < CHAINS; c++) sums[c] = _mm512_set1_ps(1.0F + (float)c);
    for (size_t r = 0; r < rounds; r++) {
        for (int c = 0; c < CHAINS; c++) sums[c] = _mm512_fmadd_ps(sums[c], factor, term);
    }
    __m512 total = sums[0];
    for (int c = 1; c < CHAINS; c++) total = _mm512_add_ps(total, sums[c]);
    sink = _mm512_cvtss_f32(total);
    return 2.0 * 16 * CHAINS * (double)rounds;
}

__attribute__((target("avx2,fma"))) static double run_avx2_single(size_t rounds) {
    enum { FEWER = 12 };
    __m256 sums[FEWER], factor = _mm256_set1_ps(0.9999F), term = _mm256_set1_ps(1e-9F);
    for (int c = 0; c < FEWER; c++) sums[c] = _mm256_set1_ps(1.0F + (float)c);
    for (size_t r = 0; r < rounds; r++) {
        for (int c = 0; c < FEWER; c++) sums[c] = _mm256_fmadd_ps(sums[c], factor, term);
    }
    __m256 total = sums[0];
    for (int c = 1; c < FEWER; c++) total = _mm256_add_ps(total, sums[c]);
    sink = _mm256_cvtss_f32(total);
    return 2.0 * 8 * FEWER * (double)rounds;
}

static int has(size_t index) {
    __builtin_cpu_init();
    return index == 0 ? __builtin_cpu_supports("avx512f")
                      : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

/* The index of the instruction set: 0 or 1, or 2 beyond the last. */
static size_t find(size_t index) {
    for (size_t set = 0; set < 2; set++) {
        if (has(set) && index-- == 0) return set;
    }
    return 2;
}

const char *peak_name(size_t index) {
    static const char *const names[] = {"avx512", "avx2", NULL};
    return names[find(index)];
}

double peak_run(size_t index, size_t rounds) {
    switch (find(index)) {
    case 0:
        return run_avx512(rounds);
    case 1:
        return run_avx2(rounds);
    default:
        return 0;
    }
}

double peak_run_single(size_t index, size_t rounds) {
    switch (find(index)) {
    case 0:
        return run_avx512_single(rounds);
    case 1:
        return run_avx2_single(rounds);
    default:
        return 0;
    }
}

#else

static volatile double sink;

const char *peak_name(size_t index) {
    return index == 0 ? "scalar" : NULL;
}

double peak_run(size_t index, size_t rounds) {
    if (index > 0) return 0;
    double sums[CHAINS];
    for (int c = 0; c < CHAINS; c++) sums[c] = 1.0 + c;
    for (size_t r = 0; r < rounds; r++) {
        for (int c = 0; c < CHAINS; c++) sums[c] = fma(sums[c], 0.999999, 1e-9);
    }
    double total = 0;
    for (int c = 0; c < CHAINS; c++) total += sums[c];
    sink = total;
    return 2.0 * CHAINS * (double)rounds;
}

double peak_run_single(size_t index, size_t rounds) {
    if (index > 0) return 0;
    float sums[CHAINS];
    for (int c = 0; c < CHAINS; c++) sums[c] = 1.0F + (float)c;
    for (size_t r = 0; r < rounds; r++) {
        for (int c = 0; c < CHAINS; c++) sums[c] = fmaf(sums[c], 0.9999F, 1e-9F);
    }
    float total = 0;
    for (int c = 0; c < CHAINS; c++) total += sums[c];
    sink = (double)total;
    return 2.0 * CHAINS * (double)rounds;
}

#endif
