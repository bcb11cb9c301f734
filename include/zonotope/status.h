/* Statuses, outcomes and versions. See zonotope.h. */
#ifndef ZONOTOPE_STATUS_H
#define ZONOTOPE_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

/* What Swift calls a constant, and that more of them may come; other compilers do not know these attributes. */
#if defined(__clang__)
#define ZT_OPEN __attribute__((enum_extensibility(open)))
#define ZT_NAME(name) __attribute__((swift_name(name)))
#else
#define ZT_OPEN
#define ZT_NAME(name)
#endif

/* The version of this header. The library's own, which may be newer, is zt_version(). */
#define ZT_VERSION_MAJOR 0
#define ZT_VERSION_MINOR 1
#define ZT_VERSION_PATCH 0
#define ZT_VERSION (ZT_VERSION_MAJOR * 10000 + ZT_VERSION_MINOR * 100 + ZT_VERSION_PATCH)

/* How a call ended. Anything but ZT_OK means that it did nothing. More values may be added. */
enum ZT_OPEN zt_status {
    ZT_OK ZT_NAME("ok") = 0,
    /* An argument has a value that is not allowed: NULL, a size, a number that is not finite. */
    ZT_INVALID ZT_NAME("invalid") = 1,
    /* A key, kind or option that this version does not know. */
    ZT_UNSUPPORTED ZT_NAME("unsupported") = 2,
    /* A text or a file that cannot be read. */
    ZT_MALFORMED ZT_NAME("malformed") = 3,
    /* The work would take more memory than the settings allow. */
    ZT_MEMORY_BUDGET ZT_NAME("memoryBudget") = 4,
    /* Sizes multiply to more than the machine can address. */
    ZT_SIZE_OVERFLOW ZT_NAME("sizeOverflow") = 5,
    /* The system, or the allocator of the settings, has no memory left. */
    ZT_OUT_OF_MEMORY ZT_NAME("outOfMemory") = 6,
    /* The system refused to read or write. */
    ZT_INPUT_OUTPUT ZT_NAME("inputOutput") = 7
};

/* How a solve ended that was carried out. None of these is an error. More values may be added. */
enum ZT_OPEN zt_outcome {
    /* The model holds no network. */
    ZT_EMPTY ZT_NAME("empty") = -1,
    /* The relative gap is at most the tolerance. */
    ZT_OPTIMAL ZT_NAME("optimal") = 0,
    /* The gap has stopped falling, for lack of precision or of a tight bound. */
    ZT_STALLED ZT_NAME("stalled") = 1,
    ZT_ITERATION_LIMIT ZT_NAME("iterationLimit") = 2,
    ZT_TIME_LIMIT ZT_NAME("timeLimit") = 3,
    /* The callback asked to stop; the model is the best so far. */
    ZT_CANCELLED ZT_NAME("cancelled") = 4,
    /* A number overflowed; the model is the last finite one. */
    ZT_NUMERICAL_BREAKDOWN ZT_NAME("numericalBreakdown") = 5,
    /* No network has the targets as its outputs, where that is asked for. */
    ZT_INFEASIBLE ZT_NAME("infeasible") = 6
};

/* A short English text for a status or an outcome, any value allowed. It lives as long as the program. */
const char *zt_status_string(enum zt_status status);
const char *zt_outcome_string(enum zt_outcome outcome);

/* The version of the library, as ZT_VERSION counts it, and as a text. */
int zt_version(void);
const char *zt_version_string(void);

#ifdef __cplusplus
}
#endif

#endif
