/* The number of cells, without the cells. */
#include "restriction.h"
#include "zonotope/arrangements.h"

/*
 * Rank 3 in the projective plane: lines cut it into 1 + sum over vertices of (lines through it - 1) regions,
 * and each is two cells. A vertex is counted on the line of smallest index through it: there it is a group
 * all of whose members have larger indices, and lines - 1 members.
 */
static enum zt_cells_status count_rank_3_(size_t classes, const double *normals, zt_cells_progress progress,
                                          void *context, size_t *cells, void *workspace) {
    zt_restriction_ restriction = zt_restriction_prepare_(classes, normals, workspace);
    size_t regions = 1;
    for (size_t plane = 0; plane < classes; plane++) {
        if (progress != NULL && progress(context, plane) != 0) return ZT_CELLS_STOPPED;
        zt_restrict_(&restriction, plane);
        for (size_t group = 0; group < restriction.groups; group++) {
            size_t start = restriction.group_start[group], end = restriction.group_start[group + 1];
            int first_here = 1;
            for (size_t i = start; i < end && first_here; i++) first_here = restriction.order[i] > plane;
            if (first_here) regions += end - start;
        }
    }
    *cells = 2 * regions;
    return ZT_CELLS_COMPLETE;
}

enum zt_cells_status zt_count_cells_f64(size_t classes, size_t r, const double *normals,
                                        zt_cells_progress progress, void *context, size_t *cells,
                                        void *workspace) {
    if (classes > 0 && r >= 3) return count_rank_3_(classes, normals, progress, context, cells, workspace);
    *cells = classes == 0 ? 1 : 2 * classes;
    return ZT_CELLS_COMPLETE;
}

size_t zt_count_cells_f64_workspace(size_t classes, size_t r) {
    return r < 3 ? 0 : zt_restriction_bytes_(classes);
}
