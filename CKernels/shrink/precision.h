/* Names of both precisions for the texts of this family. */
#ifndef ZT_SHRINK_PRECISION_H
#define ZT_SHRINK_PRECISION_H

#include "tiny_norm.h"

#if ZT_SINGLE_
#define NORM_ zt_norm_f32_
#define NORMAL_ zt_is_normal_f32_
#else
#define NORM_ zt_norm_f64_
#define NORMAL_ zt_is_normal_f64_
#endif

#endif
