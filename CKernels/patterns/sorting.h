/*
 * Stable merge sorts that allocate nothing: one of indices by floating-point keys, and one by an exact
 * comparison that is cheap on input which is nearly sorted. Together: keys bring the order almost right, the
 * exact comparison then costs about one call per element, and the result never depends on the keys.
 */
#ifndef ZT_SORTING_H
#define ZT_SORTING_H

#include <stddef.h>

#pragma GCC visibility push(hidden)

typedef struct {
    double key;
    size_t index;
} zt_keyed_;

/* Negative: a comes before b; zero: equal, the order stays. Must be a total preorder. */
typedef int (*zt_compare_)(const void *context, size_t a, size_t b);

/* Sorts by key, ascending. scratch: n elements. NaN keys end up anywhere. */
void zt_sort_keyed_(size_t n, zt_keyed_ *items, zt_keyed_ *scratch);

/* Sorts the indices. scratch: n elements. */
void zt_sort_exactly_(size_t n, size_t *order, size_t *scratch, zt_compare_ compare, const void *context);

#pragma GCC visibility pop

#endif
