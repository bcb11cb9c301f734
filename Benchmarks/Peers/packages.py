"""One function a package: solves a case to a tolerance of the package's own and returns the blocks (P, d, c), pairs of them
(2, P, d, c) for exact cases, or None for what the package has no words for. What a package needs of the data in another form
is made inside, as ours is.

    python packages.py PACKAGE CASE-NUMBER BETA FOLDER      a result a line, each at a sharper tolerance
"""

import importlib.metadata
import json
import sys
import time
import warnings

import numpy as np

import cases

warnings.filterwarnings("ignore")


def dense(case):
    """[D_1 X, ..., D_P X], (n, P d), by columns."""
    n, d = case.x.shape
    design = np.empty((n, case.gates.shape[1] * d), order="F")
    for i, mask in enumerate(case.masks.T):
        design[:, i * d:(i + 1) * d] = mask[:, None] * case.x
    return design


def adelie(case, beta, tolerance):
    import adelie as ad

    (n, d), p, c = case.x.shape, case.gates.shape[1], case.y.shape[1]
    if c > 1 and case.outputs == "per-class":
        return None
    x, masks = np.asfortranarray(case.x), np.asfortranarray(case.masks)
    is_exact = case.kind == "exact"
    matrix = ad.matrix.convex_relu(x, masks, gated=not is_exact)
    constraints = None
    if is_exact:
        # Of groups v_1 ... v_P, w_1 ... w_P: A v <= 0 for A = -(2 D_i - I) X.
        rows = [np.ascontiguousarray(-(2.0 * masks[:, i, None] - 1) * x) for i in range(p)]
        lower, upper = np.full(n, -np.inf), np.zeros(n)
        constraints = [ad.constraint.linear(a, lower, upper) for a in rows + rows]
    count = 2 * p if is_exact else p
    if c == 1:
        glm, groups = ad.glm.gaussian(case.y[:, 0]), d * np.arange(count)
    else:
        glm, groups = ad.glm.multigaussian(np.asfortranarray(case.y)), d * np.arange(count)
    state = ad.grpnet(
        matrix, glm, constraints=constraints, groups=groups, penalty=np.ones(count), lmda_path=np.array([beta]),
        intercept=False, early_exit=False, adev_tol=1, tol=tolerance, progress_bar=False, n_threads=1)
    values = state.betas.toarray()[0]
    if c > 1:
        return values.reshape(p, d, c)
    return values.reshape((2, p, d, 1) if is_exact else (p, d, 1))


def by_output(case, solve):
    """The programs of the outputs one after the other, as (P, d, c)."""
    p, d = case.gates.shape[1], case.x.shape[1]
    design = dense(case)
    return np.stack([solve(design, column).reshape(p, d) for column in case.y.T], axis=-1)


def celer(case, beta, tolerance):
    from celer import GroupLasso

    if case.kind == "exact" or (case.y.shape[1] > 1 and case.outputs != "per-class"):
        return None
    # The loss is 1/(2n), and with outputs 1/(2nc).
    alpha = beta * case.y.shape[1]

    def solve(design, y):
        return GroupLasso(
            groups=case.x.shape[1], alpha=alpha, tol=tolerance, fit_intercept=False, max_iter=1000).fit(
                design, y).coef_

    return by_output(case, solve)


def skglm(case, beta, tolerance):
    from skglm.datafits import QuadraticGroup
    from skglm.penalties import WeightedGroupL2
    from skglm.solvers import GroupBCD
    from skglm.utils.data import grp_converter
    from skglm.utils.jit_compilation import compiled_clone

    if case.kind == "exact" or (case.y.shape[1] > 1 and case.outputs != "per-class"):
        return None
    p, d = case.gates.shape[1], case.x.shape[1]
    indices, ends = grp_converter(d, p * d)
    alpha = beta * case.y.shape[1]

    def solve(design, y):
        fit = compiled_clone(QuadraticGroup(ends, indices))
        penalty = compiled_clone(WeightedGroupL2(alpha, np.ones(p), ends, indices))
        fit.initialize(design, y)
        solver = GroupBCD(max_iter=2000, max_epochs=10000, tol=tolerance, fit_intercept=False)
        return solver.solve(design, y, fit, penalty)[0]

    return by_output(case, solve)


def pyscnn(case, beta, tolerance):
    import torch
    from scnn.models import ConvexGatedReLU, ConvexReLU
    from scnn.optimize import optimize_model
    from scnn.metrics import Metrics
    from scnn.regularizers import NeuronGL1
    from scnn.solvers import AL, RFISTA

    torch.set_num_threads(1)
    c = case.y.shape[1]
    # Its groups are those of a gate and an output.
    if c > 1 and case.outputs != "per-class":
        return None
    is_exact = case.kind == "exact"
    model = (ConvexReLU if is_exact else ConvexGatedReLU)(case.gates, c=c)
    solver = AL(model, tol=tolerance, constraint_tol=tolerance) if is_exact else RFISTA(
        model, max_iters=100_000, tol=tolerance)
    model, _ = optimize_model(
        model, solver, Metrics(), case.x, case.y, regularizer=NeuronGL1(beta * c), return_convex=True,
        unitize_data=False, dtype="float32")
    # Its gates come back in another order, and without those whose pattern another one has.
    returned = np.asarray(model.G, dtype=float)
    order = [np.abs(case.gates - gate[:, None]).max(axis=0).argmin() for gate in returned.T]
    blocks = np.zeros((2 if is_exact else 1, case.gates.shape[1], case.x.shape[1], c))
    for part, values in zip(blocks, model.parameters):
        part[order] = np.asarray(values, dtype=float).transpose(1, 2, 0)
    return blocks if is_exact else blocks[0]


def scikit_learn(case, beta, tolerance):
    """Adam on a ReLU network of as many neurons: another program, which has no bound. Only what it predicts is compared."""
    from sklearn.neural_network import MLPClassifier

    if case.test is None or case.outputs != "per-class":
        return None
    labels = case.y.argmax(axis=1)
    network = MLPClassifier((256,), max_iter=400, tol=tolerance, random_state=0).fit(case.x, labels)
    rows, expected = case.test
    return float((network.predict(rows) == expected).mean())


PACKAGES = {
    "adelie": (adelie, [1e-6, 1e-8, 1e-10, 1e-12, 1e-14]),
    "celer": (celer, [1e-5, 1e-6, 1e-7, 1e-8, 1e-9]),
    "skglm": (skglm, [1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9]),
    "pyscnn": (pyscnn, [1e-6, 1e-8, 1e-10, 1e-12, 1e-14]),
    "scikit-learn": (scikit_learn, [1e-4]),
}


def main(name, number, beta, folder):
    solve, tolerances = PACKAGES[name]
    case = list(cases.all_cases())[number]
    # What is compiled at its first call is compiled now.
    if case.test is None or name == "skglm":
        solve(cases.drawn(case.kind, (30, 3, 4), 1, 0.1), 0.01, 1e-4)
    print(json.dumps({"version": importlib.metadata.version(name)}), flush=True)
    for k, tolerance in enumerate(tolerances):
        start, wall = time.process_time(), time.monotonic()
        answer = solve(case, beta, tolerance)
        seconds, wall = time.process_time() - start, time.monotonic() - wall
        if answer is None:
            print(json.dumps({"refuses": True}), flush=True)
            return
        if isinstance(answer, float):
            print(json.dumps({"seconds": seconds, "accuracy": answer}), flush=True)
            return
        np.save(f"{folder}/{k}.npy", answer)
        print(json.dumps({"seconds": seconds, "tolerance": tolerance, "file": f"{folder}/{k}.npy"}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4])
