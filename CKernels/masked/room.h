/* The workspace of a masked product, cut into its parts. */
#ifndef ZT_ROOM_H
#define ZT_ROOM_H

#include "panels.h"

typedef struct {
    zt_real_ *tables; /* [group][subset][column] */
    zt_real_ *on;     /* [input][column]: the inputs times `on` */
    zt_real_ *off;    /* the same times `off` */
    zt_real_ *panel;  /* [output][column] */
} room_;

static inline room_ divide_(zt_real_ *workspace) {
    char *start = (char *)(((uintptr_t)workspace + LINE - 1) & ~(uintptr_t)(LINE - 1));
    return (room_){.tables = (zt_real_ *)start,
                   .on = (zt_real_ *)(start + ZT_TABLES_ * LINE),
                   .off = (zt_real_ *)(start + (ZT_TABLES_ + ZT_INPUTS_) * LINE),
                   .panel = (zt_real_ *)(start + (ZT_TABLES_ + 2 * ZT_INPUTS_) * LINE)};
}

#endif
