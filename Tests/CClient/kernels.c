/* The kernels alone, from the library without Swift. */
#include <stdio.h>
#include <string.h>

#include <zonotope.h>

int main(void) {
    const double g[4] = {3, 4, 0.3, 0.4};
    double v[4], norms[2];
    size_t support[2];
    if (zt_group_shrink_f64(2, 2, g, 2, 1.0, v, 2, norms, support) != 1 || support[0] != 0) return 1;
    if (v[2] != 0 || v[3] != 0 || norms[0] < 3.9 || norms[0] > 4.1) return 2;
    if (zt_words(65) != 2 || zt_version() != ZT_VERSION) return 3;
    if (strcmp(zt_status_string(ZT_OK), "ok") != 0) return 4;
    puts("kernels: all checks passed");
    return 0;
}
