#include "cell_kernels.h"

#include "../reference.h"

/* To the nearest integer, for values below 2^51: the sum has no binary places left. */
static double round_(double value) {
    const double shift = 0x1.8p52;
    double sum = value + shift;
    return sum - shift;
}

void zt_cell_exchange_(const zt_exchange_ *e) {
    for (size_t c = 0; c < e->columns; c++) {
        for (size_t i = 0; i < e->rows; i++) {
            double value = e->source[c][i] * e->alpha - e->pivot[i] * e->beta[c];
            e->target[c][i] = e->rounded ? round_(value) : value;
        }
    }
    for (size_t i = 0; i < e->rows; i++) e->slack[i] = e->pivot[i] * e->slack_factor;
}
