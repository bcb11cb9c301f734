/* The workspace of the kernels with tables in registers, cut into its parts. */
#ifndef ZT_REGISTER_ROOM_H
#define ZT_REGISTER_ROOM_H

#include "masked/registers.h"

enum { LANES = 16, GROUP = 5 };

typedef struct {
    float *tables;    /* [group][column][subset] */
    float *on;        /* [input][column], 16 columns: the inputs times `on` */
    float *off;       /* the same times `off` */
    uint32_t *fields; /* [field][lane] */
    float *panel;     /* [quad][column][lane] */
    float *sums;      /* [output][lane] */
    size_t quads, block;
} room_;

static room_ divide_(float *workspace, size_t quads, size_t sums, size_t lanes) {
    room_ room = {.quads = quads, .block = zt_register_block_(quads, lanes)};
    room.tables = (float *)(((uintptr_t)workspace + 63) & ~(uintptr_t)63);
    room.on = room.tables + ZT_REGISTER_TABLES_;
    room.off = room.on + ZT_REGISTER_TILE_ * LANES;
    room.sums = room.off + ZT_REGISTER_TILE_ * LANES;
    room.panel = room.sums + sums * room.block;
    room.fields = (uint32_t *)(room.panel + quads * ZT_QUAD_ * room.block);
    return room;
}

static size_t least_(size_t a, size_t b) {
    return a < b ? a : b;
}

#endif
