/*
 * The kernels of a line, in the terms of cell_kernels_text.h and part of it: where the rows vanish, the signs of the
 * functional at their vertices, and the bits there by the order of the roots.
 */
/* Where rows vanish that move: an interval in floating point, from one division. */
ZT_INLINE_ void interval_(const zt_cell_roots_ *line, vec_ c, vec_ y, mask_ moves, vec_ *low, vec_ *high) {
    const vec_ infinity = splat_(INFINITY), error = splat_(line->slope_error), y_size = abs_(y);
    const vec_ inverse = div_(splat_(1), select_(moves, y, splat_(1)));
    const vec_ root = mul_(sub_(zero_(), c), inverse), size = abs_(root);
    /* (C error + |root| Y error) / (|Y| - Y error), where the latter is at least |Y| / 2. */
    vec_ spread = mul_(fma_(size, error, splat_(line->constant_error)), abs_(inverse));
    spread = fma_(spread, splat_(2 * (1 + 0x1p-30)), mul_(size, splat_(0x1p-50)));
    const mask_ large = above_(y_size, add_(error, error));
    spread = select_(large, spread, infinity);
    const mask_ known = above_(infinity, spread);
    *low = select_(known, sub_(root, spread), sub_(zero_(), infinity));
    *high = select_(known, add_(root, spread), infinity);
}

ZT_TARGET_ void CELL_NAME_(cell_roots)(const zt_cell_roots_ *line) {
    const vec_ zero = zero_(), one = splat_(1), infinity = splat_(INFINITY),
               error = splat_(line->slope_error);
    const size_t rows = line->rows;
    for (size_t i = 0; i < rows; i += LANES) {
        const vec_ c = load_(line->constant + i), y = load_(line->slope + i);
        const mask_ moves = above_(abs_(y), error);
        const vec_ still = select_(above_(c, zero), sub_(zero, infinity), infinity);
        vec_ low, high;
        if (line->exact) {
            low = high = div_(sub_(zero, c), select_(moves, y, one));
        } else {
            interval_(line, c, y, moves, &low, &high);
        }
        low = select_(moves, low, still);
        high = select_(moves, high, still);
        if (i + LANES > rows) {
            low = select_(below_(rows - i), low, infinity);
            high = select_(below_(rows - i), high, infinity);
        }
        store_(line->low + i, low);
        if (!line->exact) store_(line->high + i, high);
    }
    for (size_t i = (rows + LANES - 1) / LANES * LANES; i % ZT_CELL_PADDING_ != 0; i += LANES) {
        store_(line->low + i, infinity);
        if (!line->exact) store_(line->high + i, infinity);
    }
    for (size_t start = 0; start < rows; start += 64) {
        uint64_t falling = 0, moving = 0, empty = 0;
        const double *const c = line->constant, *const y = line->slope;
        GATHER_WORD_(falling, rows, start, above_(zero, load_(y + i)))
        GATHER_WORD_(moving, rows, start, above_(abs_(load_(y + i)), error))
        GATHER_WORD_(empty, rows, start, is_zero_(load_(c + i)))
        const uint64_t inside = rows_from_(rows, start);
        line->falling[start / 64] = falling & inside;
        line->moving[start / 64] = moving & inside;
        line->vanishing[start / 64] = empty & ~moving & inside;
    }
}

ZT_TARGET_ void CELL_NAME_(cell_signs)(const zt_cell_signs_ *s) {
    const vec_ form_slope = splat_(s->form_slope), slope_scale = splat_(s->slope_scale);
    const size_t rows = s->rows, words = (rows + 63) / 64, from = s->first / 64;
    for (size_t w = from; w < words; w++) s->open[w] = 0;
    for (size_t b = 0; b <= s->picked; b++) {
        const double *const column = s->column[b];
        const vec_ form = splat_(s->form[b]), scale = splat_(s->scale[b]), floor = splat_(s->floor[b]);
        for (size_t w = from; w < words; w++) {
            uint64_t positive = 0, known = 0;
            for (size_t g = 0; g < 64 && 64 * w + g < rows; g += SPAN) {
                mask_ above[GATHERED], apart[GATHERED];
                if (64 * w + g + SPAN <= s->first) continue;
                _Pragma("GCC unroll 8") for (size_t k = 0; k < GATHERED; k++) {
                    const size_t i = 64 * w + g + k * LANES;
                    const vec_ y = load_(s->slope + i), entry = load_(column + i);
                    const vec_ value = sub_(mul_(form, y), mul_(form_slope, entry));
                    const vec_ bound = fma_(slope_scale, abs_(entry), fma_(scale, abs_(y), floor));
                    above[k] = above_(value, zero_());
                    apart[k] = above_(abs_(value), bound);
                }
                positive |= gather_(above) << g;
                known |= gather_(apart) << g;
            }
            s->positive[b * words + w] = positive;
            s->open[w] |= ~known;
        }
    }
}

/* For one vertex in [low, high], a word of rows: which vanish below it, and how many not apart from it. */
ZT_INLINE_ uint64_t order_word_(const double *from, const double *to, size_t rows, vec_ low, vec_ high,
                                uint32_t *near) {
    uint64_t below = 0, reached = 0;
    for (size_t g = 0; g < 64 && g < rows; g += SPAN) {
        mask_ under[GATHERED], upto[GATHERED];
        _Pragma("GCC unroll 8") for (size_t k = 0; k < GATHERED; k++) {
            under[k] = above_(low, load_(to + g + k * LANES));
            upto[k] = not_above_(load_(from + g + k * LANES), high);
        }
        below |= gather_(under) << g;
        reached |= gather_(upto) << g;
    }
    *near += (uint32_t)__builtin_popcountll(reached) - (uint32_t)__builtin_popcountll(below);
    return below;
}

ZT_TARGET_ void CELL_NAME_(cell_order)(const zt_cell_order_ *o) {
    const size_t words = (o->rows + 63) / 64;
    for (size_t v = 0; v < o->vertices; v++) {
        const vec_ low = splat_(o->vertex_low[v]), high = splat_(o->vertex_high[v]);
        uint64_t *bits = o->bits + v * words;
        uint32_t near = 0;
        for (size_t w = 0; w < words; w++) {
            const double *from = o->low + 64 * w, *to = o->high + 64 * w;
            bits[w] = order_word_(from, to, o->rows - 64 * w, low, high, &near) ^ o->falling[w];
        }
        o->near[v] = near;
    }
}
