"""Our seconds beside those of other packages on the same programs, in one table.

    python compare.py COMMAND [--seconds S] [--case NAME] [--package NAME] [--launcher "chrt -f 50"]

COMMAND is the built zonotope. Each package solves a case again and again with a sharper tolerance of its own, because none
means the gap by it, until the objective of the weights it returned, evaluated here in double, is within the tolerance of the
case (1e-6, 1e-4 for digits) of our lower bound, which is certified; the seconds are those of that run. S (60) is the limit
of all runs of a package on a case together. Packages: seconds of the processor, one thread. Ours: `solver.seconds`, a
time on the wall, the least of ten, half of them before the others and half after; the launcher, which is put before our
command, can keep other work off its processor meanwhile.
"""

import argparse
import json
import os
import select
import subprocess
import sys
import tempfile
import time

import numpy as np

import cases
import packages

HERE = os.path.dirname(os.path.abspath(__file__))
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA")}


def tensors(path):
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header, data = json.loads(file.read(length)), file.read()
    header.pop("__metadata__", None)
    types = {"F64": "<f8", "U8": "u1"}
    return {
        name: np.frombuffer(data[slice(*entry["data_offsets"])], types[entry["dtype"]]).reshape(entry["shape"])
        for name, entry in header.items()
    }


def blocks_of(case, network):
    """The blocks of a network's neurons: v = w alpha. A neuron of a gated network has the direction of its gate."""
    (d, p), c = case.gates.shape, case.y.shape[1]
    hidden, output = network["hidden.weight"], network["output.weight"]
    if case.kind == "gated":
        place = {gate.tobytes(): i for i, gate in enumerate(np.ascontiguousarray(case.gates.T))}
        at = [place[gate.tobytes()] for gate in network["gates"]]
        blocks = np.zeros((p, d, c))
        for j, i in enumerate(at):
            blocks[i] += output[0, j] * hidden[j].reshape(c, d).T if case.outputs == "frobenius" and c > 1 else (
                np.outer(hidden[j], output[:, j]))
        return blocks
    # Own gates: a neuron lies in the cone of the pattern that it has itself, up to its rows of zero.
    pairs = np.zeros((2, p, d, 1))
    signs = 2.0 * case.masks - 1
    for w, alpha in zip(hidden, output[0]):
        i = np.argmax((signs * (case.x @ w)[:, None]).min(axis=0))
        pairs[0 if alpha > 0 else 1, i, :, 0] += abs(alpha) * w
    return pairs


def prepare(case, folder):
    for part, array in (("x", case.x), ("y", case.y if case.y.shape[1] > 1 else case.y[:, 0])):
        np.save(f"{folder}/{part}.npy", array)
    model = {"kind": "two-layer", "gated": case.kind == "gated", "patterns": {"gates": case.gates.T.tolist()}}
    if case.y.shape[1] > 1:
        model["outputs"] = case.outputs
    problem = {
        "format": "zonotope-problem", "version": 1, "data": {"x": {"npy": "x.npy"}, "y": {"npy": "y.npy"}},
        "model": model, "loss": {"kind": "squared", "scale": case.scale}, "betaRatio": case.ratio,
        "solver": {"tolerance": case.tolerance, "threads": 1},
    }
    with open(f"{folder}/problem.json", "w") as file:
        json.dump(problem, file)


def ours(launcher, command, folder, best=None):
    """The fastest of five results and `best`; the network is written as well."""
    for _ in range(5):
        answer = json.loads(
            subprocess.run(
                [*launcher, command, "solve", f"{folder}/problem.json", "--quiet", "--network",
                 f"{folder}/network.safetensors"],
                check=True, capture_output=True, env={**os.environ, **ONE_THREAD}).stdout)
        if best is None or answer["solver"]["seconds"] < best["solver"]["seconds"]:
            best = answer
    return best


def lines(process, limit):
    """The lines of a process as they come, until it ends or its time is over; that of its first, of imports and
    compilations, does not count."""
    end = time.monotonic() + 600
    while (left := end - time.monotonic()) > 0 and select.select([process.stdout], [], [], left)[0]:
        line = process.stdout.readline()
        if not line:
            return
        if line.startswith("{"):
            answer = json.loads(line)
            if "version" in answer:
                end = time.monotonic() + limit
            yield answer
    process.kill()


def peer(name, number, case, beta, bound, limit, folder):
    """The first result that is good enough, or the best; none where there was no time for any."""
    process = subprocess.Popen(
        [sys.executable, f"{HERE}/packages.py", name, str(number), repr(beta), folder], stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True, env={**os.environ, **ONE_THREAD})
    version, best = "?", None
    try:
        for answer in lines(process, limit):
            if "version" in answer:
                version = answer["version"]
                continue
            if "refuses" in answer:
                return version, answer
            if "file" in answer:
                answer["blocks"] = np.load(answer["file"])
                answer["excess"] = cases.objective(case, beta, answer["blocks"]) / bound - 1
                os.remove(answer["file"])
            if best is None or abs(answer["excess"]) < abs(best["excess"]):
                best = answer
            if answer.get("excess", 0) <= case.tolerance:
                break
    finally:
        process.kill()
        process.wait()
    return version, best


def row(case, name, seconds, excess, breach, score, note=""):
    number = lambda form, value: "" if value is None else form % value
    return (
        f"| {case.name}, {case.outputs + ', ' if case.test else ''}{case.ratio} | {name} | {number('%.4f', seconds)} | "
        f"{number('%.1e', excess)} | {number('%.1e', breach)} | {number('%.1f %%', score and 100 * score)} | {note} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("command")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--case")
    parser.add_argument("--launcher", default="")
    parser.add_argument("--package", choices=packages.PACKAGES)
    options = parser.parse_args()
    if options.case is not None and options.case not in (names := sorted({case.name for case in cases.all_cases()})):
        parser.error(f"argument --case: invalid choice: '{options.case}' (choose from {', '.join(names)})")
    print("| case, beta / betaMax | package | seconds | objective / bound - 1 | breach of cones | test accuracy | |")
    print("|---|---|---|---|---|---|---|")
    for number, case in enumerate(cases.all_cases()):
        if options.case not in (None, case.name):
            continue
        with tempfile.TemporaryDirectory() as folder:
            prepare(case, folder)
            answer, rows = ours(options.launcher.split(), options.command, folder), []
            blocks = blocks_of(case, tensors(f"{folder}/network.safetensors"))
            beta, bound = case.ratio * answer["betaMax"], answer["certificate"]["lowerBound"]
            judge = lambda blocks: (
                cases.violation(case, blocks) if case.kind == "exact" else None,
                cases.accuracy(case, blocks) if case.test else None)
            for name in packages.PACKAGES:
                if options.package not in (None, name):
                    continue
                version, best = peer(name, number, case, beta, bound, options.seconds, folder)
                if best is None:
                    rows.append(row(case, f"{name} {version}", None, None, None, None, f"no answer in {options.seconds:g} s"))
                    continue
                if "refuses" in best:
                    continue
                if "blocks" not in best:
                    rows.append(
                        row(case, f"{name} {version}", best["seconds"], None, None, best["accuracy"], "Adam, no bound"))
                    continue
                note = "" if best["excess"] <= case.tolerance else "not reached"
                if best["excess"] < -case.tolerance:
                    note = "below the bound: infeasible"
                rows.append(
                    row(case, f"{name} {version}", best["seconds"], best["excess"], *judge(best["blocks"]), note))
            excess = cases.objective(case, beta, blocks) / bound - 1
            answer = ours(options.launcher.split(), options.command, folder, answer)
            print(row(case, "zonotope", answer["solver"]["seconds"], excess, *judge(blocks), answer["solver"]["kind"]))
            print(*rows, sep="\n", flush=True)


if __name__ == "__main__":
    main()
