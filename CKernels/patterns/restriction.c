#include "restriction.h"

#include "determinants.h"

zt_restriction_ zt_restriction_prepare_(size_t classes, const double *normals, void *workspace) {
    zt_restriction_ result = {.classes = classes, .normals = normals};
    result.oriented = workspace;
    result.cross = result.oriented + 3 * classes;
    result.items = (zt_keyed_ *)(result.cross + 3 * classes);
    result.item_scratch = result.items + classes;
    result.order = (size_t *)(result.item_scratch + classes);
    result.group_start = result.order + classes;
    result.orientation = (signed char *)(result.group_start + classes + 1);
    return result;
}

size_t zt_restriction_bytes_(size_t classes) {
    size_t per_class = 6 * sizeof(double) + 2 * sizeof(zt_keyed_) + 2 * sizeof(size_t) + 1;
    return (classes * per_class + sizeof(size_t) + 7) / 8 * 8;
}

static void cross_(const double *a, const double *b, double *result) {
    result[0] = a[1] * b[2] - a[2] * b[1];
    result[1] = a[2] * b[0] - a[0] * b[2];
    result[2] = a[0] * b[1] - a[1] * b[0];
}

static double dot_(const double *a, const double *b) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* The sign of det(a, b, c), with cross = a x b in floating point: a first filter that needs three products.
 * Five roundings and a permanent of at most 6, as no entry exceeds 1: off by less than 32 u. */
static int filtered_sign_(const double *cross, const double *a, const double *b, const double *c) {
    double value = dot_(cross, c);
    if (fabs(value) > 32 * ZT_UNIT_ROUNDOFF_) return zt_sign_(value);
    return zt_det3_sign_(a, b, c);
}

/* Both are oriented to an angle in [0, pi) from the reference, so the determinant orders them. */
static int compare_angles_(const void *context, size_t j, size_t k) {
    const zt_restriction_ *restriction = context;
    return -filtered_sign_(restriction->cross + 3 * j, restriction->normals + 3 * restriction->plane,
                           restriction->oriented + 3 * j, restriction->oriented + 3 * k);
}

/* For b, c with proportional restrictions to the plane of a, the sign of the factor: c = factor b + ... a
 * gives a x c = factor (a x b), which any component that does not vanish tells. */
static int proportion_sign_(const double *a, const double *b, const double *c) {
    for (size_t j = 0; j < 3; j++) {
        size_t p = (j + 1) % 3, q = (j + 2) % 3;
        int sign = zt_det2_sign_(a[p], a[q], b[p], b[q]);
        if (sign != 0) return sign * zt_det2_sign_(a[p], a[q], c[p], c[q]);
    }
    return 1;
}

void zt_restrict_(zt_restriction_ *restriction, size_t plane) {
    const double *normals = restriction->normals, *normal = normals + 3 * plane;
    const double *reference = normals + 3 * (plane == 0);
    double across[3], along[3];
    cross_(normal, reference, across);
    cross_(across, normal, along);

    size_t count = 0;
    for (size_t j = 0; j < restriction->classes; j++) {
        if (j == plane) continue;
        const double *other = normals + 3 * j;
        double *oriented = restriction->oriented + 3 * j;
        int sign = filtered_sign_(across, normal, reference, other);
        if (sign == 0) sign = proportion_sign_(normal, reference, other);
        restriction->orientation[j] = (signed char)sign;
        for (size_t c = 0; c < 3; c++) oriented[c] = sign * other[c];
        cross_(normal, oriented, restriction->cross + 3 * j);
        /* Coordinates in the plane, up to a common factor; -cos / (|cos| + sin) grows with the angle. */
        double sine = fabs(dot_(oriented, across)), cosine = dot_(oriented, along);
        restriction->items[count].key = -cosine / (fabs(cosine) + sine);
        restriction->items[count++].index = j;
    }

    restriction->plane = plane;
    size_t *order = restriction->order;
    zt_sort_keyed_(count, restriction->items, restriction->item_scratch);
    for (size_t i = 0; i < count; i++) order[i] = restriction->items[i].index;
    zt_sort_exactly_(count, order, (size_t *)restriction->item_scratch, compare_angles_, restriction);

    restriction->groups = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && compare_angles_(restriction, order[i - 1], order[i]) == 0) continue;
        restriction->group_start[restriction->groups++] = i;
    }
    restriction->group_start[restriction->groups] = count;
}
