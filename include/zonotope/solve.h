/*
 * Training and predicting. In libzonotope only, not in libzonotope_kernels. See zonotope.h.
 *
 *     zt_problem *problem = NULL;
 *     zt_model *model = NULL;
 *     zt_problem_create(&problem);
 *     zt_model_create(&model);
 *     if (zt_problem_set_data(problem, n, d, x, d, y) != ZT_OK || zt_problem_set_beta(problem, 0.1) != ZT_OK ||
 *         zt_train(problem, NULL, model) != ZT_OK)
 *         fprintf(stderr, "%s\n", zt_problem_message(problem));
 *     printf("%g, within %g of the best\n", zt_model_objective(model), zt_model_gap(model));
 *     zt_model_destroy(model);
 *     zt_problem_destroy(problem);
 */
#ifndef ZONOTOPE_SOLVE_H
#define ZONOTOPE_SOLVE_H

#include <stddef.h>
#include <stdint.h>

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct zt_problem zt_problem;
typedef struct zt_model zt_model;

/* ------------------------------------------------------------------------------------------- problems */

/* Data, network, loss and penalty. A new problem has no data; the network is an exact ReLU network without biases
 * over all patterns, the loss is (1/2) sum (f - y)^2, and beta is missing. */
enum zt_status zt_problem_create(zt_problem **problem);
void zt_problem_destroy(zt_problem *problem);

/* What was wrong at the last failure of a call on this problem; "" before. Valid until the next call on it. */
const char *zt_problem_message(const zt_problem *problem);

/* Memory for arrays that grow with the data, as malloc and free; NULL when there is none, which is ZT_OUT_OF_MEMORY
 * then. Called on the thread that calls the library, with the context given along. */
typedef void *(*zt_allocate)(void *context, size_t bytes);
typedef void (*zt_release)(void *context, void *memory);

/* Where the large arrays of calls on this problem come from, for zt_train unless its settings say otherwise; both NULL
 * for the system's, as in a new problem. What is kept between calls, the gates of zt_problem_set_gates, goes back to
 * where it came from, at the latest when the problem is destroyed. */
enum zt_status zt_problem_set_memory(zt_problem *problem, zt_allocate allocate, zt_release release,
                                     void *context);

/* n rows of d features, and one target each; finite, n and d at least 1. Both arrays are kept by address: they must
 * stay, unchanged, until the problem is destroyed or has other data. */
enum zt_status zt_problem_set_data(zt_problem *problem, size_t n, size_t d, const double *x, size_t x_stride,
                                   const double *y);

/* The same with c >= 1 targets a row, y (n, c): the network has an output for each. Softmax takes labels, c = 1, or the
 * shares of the classes. */
enum zt_status zt_problem_set_data_targets(zt_problem *problem, size_t n, size_t d, const double *x,
                                           size_t x_stride, size_t c, const double *y, size_t y_stride);

/* The type of the numbers of p and i below; the values of itype in a cholmod_sparse. */
enum ZT_OPEN zt_index {
    /* CHOLMOD_INT */
    ZT_INT32 ZT_NAME("int32") = 0,
    /* CHOLMOD_LONG */
    ZT_INT64 ZT_NAME("int64") = 2
};

/* n sparse rows of d features as compressed columns, and c >= 1 targets a row, y (n, c). The fields are those of a packed,
 * sorted, real cholmod_sparse: nrow, ncol, itype, p, i, x; column j has the entries p[j] ... p[j + 1] - 1 of x, in the rows
 * that i says, ascending. Zeros never take memory. All arrays are kept by address but p and i of ZT_INT32, which are copied
 * to memory of zt_problem_set_memory: they must stay, unchanged, until the problem is destroyed or has other data. p and i
 * are checked here and not again; changing them later is as writing outside of arrays.
 * Sparse rows train ZT_GATED_RELU over sampled or given gates without growth; zt_train and zt_certify refuse other
 * problems on them as ZT_UNSUPPORTED. */
enum zt_status zt_problem_set_sparse_data(zt_problem *problem, size_t n, size_t d, enum zt_index index,
                                          const void *p, const void *i, const double *x, size_t c,
                                          const double *y, size_t y_stride);

enum ZT_OPEN zt_network {
    /* f(x) = sum_j alpha_j max(w_j . x, 0) */
    ZT_RELU ZT_NAME("relu") = 0,
    /* f(x) = sum_j alpha_j 1{g_j . x >= 0} (w_j . x), with gates g_j that the patterns fix */
    ZT_GATED_RELU ZT_NAME("gatedReLU") = 1
};

/* An input bias appends a 1 to every row; an output bias adds a constant without penalty. 0: without. */
enum zt_status zt_problem_set_network(zt_problem *problem, enum zt_network network, int input_bias,
                                      int output_bias);

/* phi(t) = on t for t >= 0 and off t below, in place of max(t, 0), which is on 1 and off 0 as in a new problem; 1 and -1
 * make |t|. Each 0 or between 1e-20 and 1e20 in size, not both 0. */
enum zt_status zt_problem_set_activation(zt_problem *problem, double on, double off);

/* Adds a linear map of the d features to the outputs, without penalty. 0: without, as in a new problem. */
enum zt_status zt_problem_set_skip(zt_problem *problem, int skip);

/* The penalty of a neuron of a network with several outputs. */
enum ZT_OPEN zt_output_norm {
    /* (1/2) (||w||^2 + ||alpha||_1^2): every neuron speaks for one output. That of a new problem. */
    ZT_PER_CLASS ZT_NAME("perClass") = 0,
    /* (1/2) (||w||^2 + ||alpha||_2^2), ordinary weight decay. Gated networks only, as the next. */
    ZT_NUCLEAR ZT_NAME("nuclear") = 1,
    /* (1/2) (||W||_F^2 + alpha^2), with a matrix W (c, width) behind each gate. */
    ZT_FROBENIUS ZT_NAME("frobenius") = 2
};
enum zt_status zt_problem_set_output_norm(zt_problem *problem, enum zt_output_norm norm);

enum ZT_OPEN zt_loss {
    /* scale / 2 sum (f - y)^2 */
    ZT_SQUARED ZT_NAME("squared") = 0,
    /* scale sum log(1 + exp(-y f)), y being -1 or 1 */
    ZT_LOGISTIC ZT_NAME("logistic") = 1,
    /* scale sum max(0, 1 - y f), y being -1 or 1 */
    ZT_HINGE ZT_NAME("hinge") = 2,
    /* scale sum |f - y| */
    ZT_ABSOLUTE ZT_NAME("absolute") = 3,
    /* 0 where f = y, to rounding, and infinite elsewhere: the least penalty of a network through all data. beta is a
     * factor of it, 1 as a rule; scale means nothing. */
    ZT_INTERPOLATION ZT_NAME("interpolation") = 4
};

/* scale finite and above 0; 1.0 / n makes a mean. The last call for a loss counts. */
enum zt_status zt_problem_set_loss(zt_problem *problem, enum zt_loss loss, double scale);
/* scale sum (log sum_i exp f_i - f_y), one output a class, classes at least 2; y being 0 ... classes - 1. */
enum zt_status zt_problem_set_softmax(zt_problem *problem, size_t classes, double scale);
/* scale sum of e^2 / 2 where |e| <= delta, else of delta (|e| - delta / 2), e being f - y; delta finite and above 0. */
enum zt_status zt_problem_set_huber(zt_problem *problem, double delta, double scale);

/* The weight of the penalty (1/2) sum_j ||w_j||^2 + alpha_j^2 (or as zt_output_norm says), finite and at least 0; or its ratio to the smallest
 * one whose network is zero. The later call counts. */
enum zt_status zt_problem_set_beta(zt_problem *problem, double beta);
enum zt_status zt_problem_set_beta_ratio(zt_problem *problem, double ratio);

/* All patterns, as far as memory allows: the bound then speaks of every network. */
enum zt_status zt_problem_use_all_patterns(zt_problem *problem);
/* The distinct patterns of count random gates; the same seed gives the same. */
enum zt_status zt_problem_sample_patterns(zt_problem *problem, size_t count, uint64_t seed);
/* The patterns of count given gates of width numbers each: d, or d + 1 with an input bias. Copied. */
enum zt_status zt_problem_set_gates(zt_problem *problem, size_t count, size_t width, const double *gates,
                                    size_t gate_stride);

/* Column generation: training begins with these patterns, with a few in place of all, and adds those of neurons that would
 * improve the network, as long as there are any. The bound and beta_max then speak of every network of the kind, of any
 * width, as far as that can be proved: see zt_model_scope. 0: without, as in a new problem. */
enum zt_status zt_problem_set_growth(zt_problem *problem, int grows);

/* ------------------------------------------------------------------------------------------- settings */

enum ZT_OPEN zt_solver {
    ZT_AUTOMATIC ZT_NAME("automatic") = 0,
    ZT_FISTA ZT_NAME("fista") = 1,
    ZT_ADMM ZT_NAME("admm") = 2,
    /* Newton's method on the dual: squared and logistic loss, and no nuclear norm. The second takes no factor, and so
     * little memory. */
    ZT_NEWTON ZT_NAME("newton") = 3,
    ZT_AUGMENTED_LAGRANGIAN ZT_NAME("augmentedLagrangian") = 4
};

/* The numbers that a solver computes with; gaps are those of double precision either way. */
enum ZT_OPEN zt_precision {
    /* ZT_AUTOMATIC may still choose single precision, refined in double, where that is faster; where it does not reach the
     * tolerance it goes on in double. */
    ZT_DOUBLE ZT_NAME("double") = 0,
    /* Products and factors in single precision, refined in double, where the solver has them (ZT_FISTA, ZT_ADMM). */
    ZT_FLOAT ZT_NAME("float") = 1
};

/* Where a solve stands. struct_size is the library's; members may be added at the end. */
typedef struct zt_progress {
    size_t struct_size;
    size_t iteration;
    double objective;
    double lower_bound;
    double relative_gap;
    size_t active_blocks;
    double seconds;
} zt_progress;

/* Called at every check of the gap, and now and then during set-up and long steps with what was known before, on the
 * calling thread of zt_train; non-zero stops: zt_train returns within 0.1 s or one step, whichever is longer. */
typedef int (*zt_progress_callback)(void *context, const zt_progress *progress);

/* Fill with zt_settings_init before changing members: members may be added at the end, and programs compiled with
 * fewer of them keep running. */
typedef struct zt_settings {
    size_t struct_size;
    /* The relative gap at which the answer is optimal, above 0. Default 1e-6. */
    double tolerance;
    /* Seconds at most, counted from the start; 0 for no limit. Set-up and steps that are not over 30 ms later are
     * abandoned. */
    double seconds;
    /* Steps at most; 0 for the default. */
    size_t iterations;
    /* Threads at most; 0 for one per processor. Results do not depend on it. */
    size_t threads;
    /* Bytes at most; 0 for half of the machine's memory. */
    size_t memory;
    enum zt_solver solver;
    enum zt_precision precision;
    /* May be NULL. */
    zt_progress_callback progress;
    void *progress_context;
    /* Both or none. All is given back before zt_train returns. Small objects come from the system all the same. */
    zt_allocate allocate;
    zt_release release;
    void *memory_context;
} zt_settings;

/* struct_size is sizeof(zt_settings). */
enum zt_status zt_settings_init(zt_settings *settings, size_t struct_size);

/* --------------------------------------------------------------------------------------------- models */

/* A new model is empty. Numbers of an empty model, or of NULL, are NaN, counts are 0. */
enum zt_status zt_model_create(zt_model **model);
void zt_model_destroy(zt_model *model);

/* As zt_problem_message, for the calls below on this model. */
const char *zt_model_message(const zt_model *model);

/* As zt_problem_set_memory, for zt_predict, zt_model_save and zt_model_load, which give all back before they return. */
enum zt_status zt_model_set_memory(zt_model *model, zt_allocate allocate, zt_release release, void *context);

/*
 * Trains to the certified optimum and puts the network into the model in place of what it holds; after an error the
 * model is as before, and the problem has the message. settings may be NULL. A solve that a limit or the callback
 * ended is ZT_OK: see zt_model_outcome.
 */
enum zt_status zt_train(zt_problem *problem, const zt_settings *settings, zt_model *model);

/* The outputs for n rows of d = zt_model_features features, finite. outputs: n elements; ZT_INVALID where the network
 * has more than one output a row. */
enum zt_status zt_predict(zt_model *model, size_t n, size_t d, const double *x, size_t x_stride,
                          double *outputs);
/* The same for any network: outputs (n, c), c = zt_model_outputs. */
enum zt_status zt_predict_outputs(zt_model *model, size_t n, size_t d, const double *x, size_t x_stride,
                                  size_t c, double *outputs);

/* The same for sparse rows, with the fields of zt_problem_set_sparse_data; nothing is kept. */
enum zt_status zt_predict_sparse(zt_model *model, size_t n, size_t d, enum zt_index index, const void *p,
                                 const void *i, const double *x, size_t c, double *outputs);

/* A .safetensors file with a card; paths are UTF-8. A file is replaced whole or stays as it was; loading checks all of
 * it, and after an error the model is as before. */
enum zt_status zt_model_save(zt_model *model, const char *path);
enum zt_status zt_model_load(zt_model *model, const char *path);

enum zt_outcome zt_model_outcome(const zt_model *model);
/* The training objective, a proved lower bound of what any network in the scope can reach, and their difference,
 * absolute and divided by the objective. */
double zt_model_objective(const zt_model *model);
double zt_model_dual(const zt_model *model);
double zt_model_gap(const zt_model *model);
double zt_model_relative_gap(const zt_model *model);

enum ZT_OPEN zt_scope {
    ZT_SCOPE_NONE ZT_NAME("none") = -1,
    /* Networks whose neurons use the patterns of the problem. */
    ZT_GIVEN_PATTERNS ZT_NAME("givenPatterns") = 0,
    /* All networks of the kind, of any width. */
    ZT_ALL_NEURONS ZT_NAME("allNeurons") = 1
};
enum zt_scope zt_model_scope(const zt_model *model);

/* beta, and the smallest beta whose network is zero. */
double zt_model_beta(const zt_model *model);
double zt_model_beta_max(const zt_model *model);
size_t zt_model_iterations(const zt_model *model);
size_t zt_model_patterns(const zt_model *model);

/* Features of a row, numbers in a neuron's weights (one more with an input bias), and neurons. */
size_t zt_model_features(const zt_model *model);
size_t zt_model_width(const zt_model *model);
size_t zt_model_neurons(const zt_model *model);

/* Outputs of a row. Numbers in a neuron's weights in all: the width, or the width times the outputs where it has a matrix
 * of them (ZT_FROBENIUS); and its output weights: as many as outputs, or with a matrix one. 1 with a skip connection. */
size_t zt_model_outputs(const zt_model *model);
size_t zt_model_hidden_width(const zt_model *model);
size_t zt_model_output_weights(const zt_model *model);
int zt_model_has_skip(const zt_model *model);

/* hidden (neurons, hidden_width), a matrix one output after the other; outputs (neurons, output_weights); biases
 * (outputs); skip (features, outputs), dense, not written without a skip connection. Each may be NULL. */
enum zt_status zt_model_layers(zt_model *model, double *hidden, size_t hidden_stride, double *outputs,
                               size_t output_stride, double *biases, double *skip);

/* hidden (neurons, width), outputs (neurons), bias 1 element; each may be NULL. ZT_INVALID, with nothing written, where
 * the network has more than one output: see zt_model_layers. */
enum zt_status zt_model_weights(zt_model *model, double *hidden, size_t hidden_stride, double *outputs,
                                double *bias);
/* The gates of a gated network, (neurons, width); NaN in the row of a gate that is known on the training rows only.
 * ZT_UNSUPPORTED for other networks. */
enum zt_status zt_model_gates(zt_model *model, double *gates, size_t gate_stride);

/* -------------------------------------------------------------------------------- any network at all */

/* How far a network is from the best that its training problem allows. Set struct_size to sizeof(zt_audit) before;
 * members may be added at the end. */
typedef struct zt_audit {
    size_t struct_size;
    /* The training objective of the network, and what no network of the scope can be below. */
    double objective;
    double lower_bound;
    /* The least objective of a network whose neurons keep their activation patterns, and 1 where the network given has
     * that, up to the tolerance. */
    double own_optimum;
    int is_stationary;
    enum zt_scope scope;
    /* Of the best network that was found on the way, never above that of the network given. */
    double best_objective;
} zt_audit;

/*
 * Compares a network of any origin with the global optimum of the problem, whose data, loss, beta (not a ratio), activation
 * and input bias count; the network has an output bias or a skip connection where it brings them. hidden (neurons, width),
 * width being d, or d + 1 with an input bias; outputs (neurons, c); biases (c) and skip (d, c), dense, may be NULL: what
 * zt_model_layers writes. best, which may be NULL, takes the better network where one was found, and is as before where
 * none was. settings as in zt_train; seconds count for all of it. ZT_UNSUPPORTED for gated problems.
 */
enum zt_status zt_certify(zt_problem *problem, const zt_settings *settings, size_t neurons,
                          const double *hidden, size_t hidden_stride, const double *outputs,
                          size_t output_stride, const double *biases, const double *skip, zt_audit *audit,
                          zt_model *best);

/* --------------------------------------------------------------------------------- for other languages */

/*
 * Solves a problem file's text, length bytes of UTF-8; relative paths in it are refused, absolute ones are read.
 * *result is a text that ends in a zero byte and that zt_free gives back: the result document, or after an error
 * {"error": "what was wrong"}. It is NULL where there was no memory for it.
 */
enum zt_status zt_solve_json(const char *text, size_t length, char **result);
void zt_free(void *memory);

#ifdef __cplusplus
}
#endif

#endif
