/* The subset sums of every four weights, in the order that zonotope/patterns.h promises. */
#ifndef ZT_WEIGHTED_TABLES_H
#define ZT_WEIGHTED_TABLES_H

#include <stddef.h>
#include <stdint.h>

enum { ZT_SUBSETS_ = 16 };

/* For every four patterns ((w_0 + w_1) + (w_2 + w_3)) of the subset that the index selects. */
static inline double *zt_weight_tables_(size_t p, const double *weights, double *workspace) {
    double *tables = (double *)(((uintptr_t)workspace + 63) & ~(uintptr_t)63);
    for (size_t i = 0; i < p; i += 4) {
        double w[4];
        for (size_t j = 0; j < 4; j++) w[j] = i + j < p ? weights[i + j] : 0;
        for (size_t s = 0; s < ZT_SUBSETS_; s++) {
            double first = (s & 1 ? w[0] : 0) + (s & 2 ? w[1] : 0);
            tables[i * 4 + s] = first + ((s & 4 ? w[2] : 0) + (s & 8 ? w[3] : 0));
        }
    }
    return tables;
}

#endif
