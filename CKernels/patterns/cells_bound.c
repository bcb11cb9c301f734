/* How many cells there can be. */
#include "zonotope/arrangements.h"

size_t zt_half_cells_bound(size_t classes, size_t r) {
    if (classes == 0 || r == 0) return 1;
    size_t total = 0, binomial = 1, top = classes - 1;
    for (size_t k = 0; k < r && k <= top; k++) {
        if (total > SIZE_MAX - binomial) return SIZE_MAX;
        total += binomial;
        if (k == top) break;
        /* C(top, k + 1) = C(top, k) (top - k) / (k + 1), without a product that does not fit. */
        size_t factor = top - k, divisor = k + 1, quotient = binomial / divisor, rest = binomial % divisor;
        if (k + 1 == r) break;
        if (quotient > SIZE_MAX / factor / 2 || rest > SIZE_MAX / factor / 2) return SIZE_MAX;
        binomial = quotient * factor + rest * factor / divisor;
    }
    return total;
}
