#include "sorting.h"

#include <string.h>

enum { run_length_ = 12 };

void zt_sort_keyed_(size_t n, zt_keyed_ *items, zt_keyed_ *scratch) {
    for (size_t start = 0; start < n; start += run_length_) {
        size_t end = n - start < run_length_ ? n : start + run_length_;
        for (size_t i = start + 1; i < end; i++) {
            zt_keyed_ item = items[i];
            size_t place = i;
            for (; place > start && items[place - 1].key > item.key; place--) items[place] = items[place - 1];
            items[place] = item;
        }
    }
    zt_keyed_ *source = items, *target = scratch;
    for (size_t width = run_length_; width < n; width *= 2) {
        for (size_t start = 0; start < n; start += 2 * width) {
            size_t middle = n - start < width ? n : start + width;
            size_t end = n - middle < width ? n : middle + width;
            size_t left = start, right = middle, place = start;
            while (left < middle && right < end) {
                /* Written without a branch on the keys, which would be mispredicted half the time. */
                size_t from_right = source[right].key < source[left].key;
                target[place++] = source[from_right ? right : left];
                right += from_right;
                left += !from_right;
            }
            memcpy(target + place, source + left, (middle - left) * sizeof *source);
            memcpy(target + place + (middle - left), source + right, (end - right) * sizeof *source);
        }
        zt_keyed_ *swap = source;
        source = target;
        target = swap;
    }
    if (source != items) memcpy(items, source, n * sizeof *items);
}

void zt_sort_exactly_(size_t n, size_t *order, size_t *scratch, zt_compare_ compare, const void *context) {
    for (size_t start = 0; start < n; start += run_length_) {
        size_t end = n - start < run_length_ ? n : start + run_length_;
        for (size_t i = start + 1; i < end; i++) {
            size_t item = order[i], place = i;
            for (; place > start && compare(context, order[place - 1], item) > 0; place--) {
                order[place] = order[place - 1];
            }
            order[place] = item;
        }
    }
    for (size_t width = run_length_; width < n; width *= 2) {
        for (size_t start = 0; n - start > width; start += 2 * width) {
            size_t middle = start + width, end = n - middle < width ? n : middle + width;
            if (compare(context, order[middle - 1], order[middle]) <= 0) {
                if (end == n) break;
                continue;
            }
            memcpy(scratch, order + start, width * sizeof *order);
            size_t left = 0, right = middle, place = start;
            while (left < width && right < end) {
                order[place++] =
                    compare(context, scratch[left], order[right]) <= 0 ? scratch[left++] : order[right++];
            }
            memcpy(order + place, scratch + left, (width - left) * sizeof *order);
            if (end == n) break;
        }
    }
}
