/* Texts of statuses and versions; nothing here computes. */
#include "zonotope/status.h"

#define TEXT(value) #value
#define VERSION_TEXT(major, minor, patch) TEXT(major) "." TEXT(minor) "." TEXT(patch)

/* Values that no constant names arrive as well: the parameter is switched on as a number. */
const char *zt_status_string(enum zt_status status) {
    switch ((int)status) {
    case ZT_OK:
        return "ok";
    case ZT_INVALID:
        return "invalid argument";
    case ZT_UNSUPPORTED:
        return "not supported by this version";
    case ZT_MALFORMED:
        return "malformed text or file";
    case ZT_MEMORY_BUDGET:
        return "memory budget exceeded";
    case ZT_SIZE_OVERFLOW:
        return "sizes overflow";
    case ZT_OUT_OF_MEMORY:
        return "out of memory";
    case ZT_INPUT_OUTPUT:
        return "input or output failed";
    default:
        return "unknown status";
    }
}

const char *zt_outcome_string(enum zt_outcome outcome) {
    switch ((int)outcome) {
    case ZT_EMPTY:
        return "empty";
    case ZT_OPTIMAL:
        return "optimal";
    case ZT_STALLED:
        return "stalled";
    case ZT_ITERATION_LIMIT:
        return "iteration-limit";
    case ZT_TIME_LIMIT:
        return "time-limit";
    case ZT_CANCELLED:
        return "cancelled";
    case ZT_NUMERICAL_BREAKDOWN:
        return "numerical-breakdown";
    case ZT_INFEASIBLE:
        return "infeasible";
    default:
        return "unknown outcome";
    }
}

int zt_version(void) {
    return ZT_VERSION;
}

const char *zt_version_string(void) {
    return VERSION_TEXT(ZT_VERSION_MAJOR, ZT_VERSION_MINOR, ZT_VERSION_PATCH);
}
