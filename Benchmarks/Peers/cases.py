"""The cases of the comparison, the same numbers on every machine.

gated_{n}_{d}_{P} and exact_{n}_{d}_{P}: standard normal rows, a teacher of five ReLU neurons with signs and a tenth of its
deviation as noise, and standard normal gates. digits: the scanned digits that come with scikit-learn, in a fixed split.

    python cases.py FOLDER      writes NAME_X.npy, NAME_y.npy, NAME_G.npy, which `zonotope-cases --data FOLDER` reads

The program of a case, with D_i = diag(1[X g_i >= 0]) of gate i:

    minimise 1/(2 n c) ||sum_i D_i X V_i - Y||^2 + beta sum_i ||V_i||,    beta = ratio * betaMax

Exact cases have a v_i and a w_i a gate in place of V_i, counted as v_i - w_i, with (2 D_i - I) X v_i >= 0, w_i alike.
"""

import dataclasses
import sys

import numpy as np

GATED = {(500, 20, 100): 100, (2000, 50, 500): 101, (5000, 100, 1000): 102}
EXACT = {(200, 10, 50): 200, (1000, 20, 100): 201}


@dataclasses.dataclass
class Case:
    name: str
    kind: str  # gated or exact
    x: np.ndarray  # (n, d)
    y: np.ndarray  # (n, c)
    gates: np.ndarray  # (d, P)
    ratio: float
    outputs: str = "per-class"
    test: tuple = None  # Rows and labels.
    tolerance: float = 1e-6

    @property
    def masks(self):
        return self.x @ self.gates >= 0

    @property
    def scale(self):
        return 1 / self.y.size


def drawn(kind, shape, seed, ratio):
    n, d, gates = shape
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, d))
    teacher = rng.standard_normal((d, 5)) / np.sqrt(d)
    y = np.maximum(x @ teacher, 0) @ rng.choice([-1.0, 1.0], 5)
    y = y + 0.1 * y.std() * rng.standard_normal(n)
    name = f"{kind}_{n}_{d}_{gates}"
    return Case(name, kind, x, y[:, None], rng.standard_normal((d, gates)), ratio)


def digits(outputs, ratio):
    from sklearn.datasets import load_digits

    data = load_digits()
    x, labels = data.data / 16.0, data.target
    order = np.random.default_rng(500).permutation(len(x))
    train, test = order[:1437], order[1437:]
    gates = np.random.default_rng(501).standard_normal((64, 256))
    return Case(
        "digits", "gated", x[train], np.eye(10)[labels[train]], gates, ratio, outputs, (x[test], labels[test]), 1e-4)


def all_cases():
    for ratio in (0.1, 0.01):
        for shape, seed in GATED.items():
            yield drawn("gated", shape, seed, ratio)
    for shape, seed in EXACT.items():
        yield drawn("exact", shape, seed, 0.1)
    for outputs in ("per-class", "frobenius"):
        yield digits(outputs, 0.01)


def products(case, x, blocks):
    """The outputs of blocks (P, d, c) on rows x."""
    masks = x @ case.gates >= 0
    return sum((masks[:, i, None] * (x @ block) for i, block in enumerate(blocks) if block.any()), np.zeros(
        (len(x), case.y.shape[1])))


def objective(case, beta, blocks):
    """In double, from the weights alone. Exact cases have pairs of blocks (2, P, d, 1)."""
    pairs = blocks if case.kind == "exact" else blocks[None]
    difference = pairs[0] - pairs[1] if case.kind == "exact" else pairs[0]
    residual = products(case, case.x, difference) - case.y
    axes = (-2, -1) if case.outputs == "frobenius" else -2
    return 0.5 * case.scale * (residual**2).sum() + beta * np.sqrt((pairs**2).sum(axis=axes)).sum()


def violation(case, pairs):
    """The largest breach of a cone, for a block and a row of length 1."""
    signs, rows = 2.0 * case.masks - 1, np.linalg.norm(case.x, axis=1)
    worst = 0.0
    for blocks in pairs:
        for i, block in enumerate(blocks[..., 0]):
            length = np.linalg.norm(block)
            if length > 0:
                worst = max(worst, (-signs[:, i] * (case.x @ block) / rows).max() / length)
    return worst


def accuracy(case, blocks):
    rows, labels = case.test
    return (products(case, rows, blocks).argmax(axis=1) == labels).mean()


if __name__ == "__main__":
    for case in all_cases():
        if case.name != "digits":
            for part, array in (("X", case.x), ("y", case.y[:, 0]), ("G", case.gates)):
                np.save(f"{sys.argv[1]}/{case.name}_{part}.npy", array)
