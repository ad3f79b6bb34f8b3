"""Seconds and memory of one EM pass: igtm, its peers, and the two matrix products that a direct pass cannot avoid.

Each contender lives in a process of its own with the same rows; they take turns, so that a machine that slows down
slows all of them down. In a turn it makes passes one after the other, as a fit does, for half a second at least. What
is printed are medians, and ratios within the run.
"""

import argparse
import os
import sys
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.util import find_spec
from multiprocessing import get_context
from statistics import median
from time import perf_counter

import altair as alt
import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from benchmarks.report import publish

SHAPES = [(50_000, 50, 16, 4), (20_000, 500, 16, 4), (50_000, 50, 32, 8), (10_000, 1_000, 30, 6)]
SPARSE_SHAPE = (20_000, 2_048, 16, 4)
FILLED = 0.03
REGUL = 0.1
TILE = 256
TURN = 0.5  # seconds of passes in a turn
ENOUGH = 30.0  # seconds of turns, after which a contender sits out: the slow ones would make a run last hours


def rows_of(shape: tuple, dtype=np.float64) -> np.ndarray:
    """Rows near a curved sheet, with noise; where the shape is the sparse one, 0 and 1, few of them 1."""
    n_rows, n_features = shape[:2]
    rng = np.random.default_rng(0)
    if shape == SPARSE_SHAPE:
        return (rng.random((n_rows, n_features), np.float32) < FILLED).astype(dtype)
    latent = rng.uniform(-1, 1, (n_rows, 2))
    directions, phase = rng.normal(size=(2, n_features)), rng.uniform(0, 6, n_features)
    return (np.sin(2 * latent @ directions + phase) + 0.3 * rng.normal(size=(n_rows, n_features))).astype(dtype)


def sparse_rows_of(shape: tuple):
    """The same rows as a sparse array."""
    return csr_array(rows_of(shape))


# Contenders: from shape and rows to a function that makes one pass and returns its seconds


def timed(work: Callable[[], object]) -> Callable[[], float]:
    """A function that works and returns the seconds it took."""

    def run():
        began = perf_counter()
        work()
        return perf_counter() - began

    return run


def igtm_pass(shape: tuple, X: np.ndarray) -> Callable[[], float]:
    """E-step and M-step of igtm, from where three iterations have led."""
    from igtm import eIGTM
    from igtm.engine.em import maximise
    from igtm.engine.fitting import expectation
    from igtm.rows.sources import as_source

    _, _, k, m = shape
    sheet = eIGTM(k=k, m=m, niter=3, tol=0).fit(X).manifold_
    one_pass = expectation(as_source(X))
    return timed(lambda: maximise(sheet, one_pass(sheet), REGUL))


def numpy_pass(shape: tuple, X: np.ndarray) -> Callable[[], float]:
    """The same without the compiled exponential, whether numba is installed or not."""
    sys.modules["numba"] = None  # in this contender's own process
    return igtm_pass(shape, X)


def ugtm_pass(shape: tuple, X: np.ndarray) -> Callable[[], float]:
    """One iteration of ugtm's eIGTM: what one more of them takes."""
    from ugtm import ugtm_gtm, ugtm_igtm

    _, _, k, m = shape
    initial = ugtm_gtm.initialize(X, k, m, 0.3)
    n_blocks = -(-len(X) // 5000)

    def seconds(n_iter):
        return timed(lambda: ugtm_igtm.optimize_igtm(X, initial, REGUL, n_iter, n_blocks))()

    return lambda: seconds(2) - seconds(1)


def chemographykit_pass(shape: tuple, X: np.ndarray) -> Callable[[], float]:
    """E-step and M-step of ChemographyKit, with torch on the processor; it holds rows × nodes."""
    import torch
    from chemographykit.gtm import GTM

    _, _, k, m = shape
    X = torch.from_numpy(X)
    model = GTM(num_nodes=k * k, num_basis_functions=m * m, basis_width=0.3, reg_coeff=REGUL, max_iter=1)
    model.fit(X)
    distances = model.kernel(model.phi @ model.weights, X)
    return timed(lambda: model.m_step(X, model.e_step(X, distances)[0]))


def two_products(shape: tuple, X: np.ndarray) -> Callable[[], float]:
    """N×D by D×K and K×N by N×D, in tiles on all cores, BLAS held to one thread each."""
    from threadpoolctl import threadpool_limits

    _, n_features, k, _ = shape
    nodes = np.random.default_rng(1).normal(size=(k * k, n_features)).astype(X.dtype)
    responsibilities = np.full((TILE, k * k), 1 / k**2, X.dtype)

    def chunk(first, last):
        total = np.zeros((k * k, n_features), X.dtype)
        for start in range(first, last, TILE):
            tile = X[start : min(start + TILE, last)]
            tile @ nodes.T
            total += responsibilities[: len(tile)].T @ tile
        return total

    def run():
        cores = os.cpu_count()
        edges = np.linspace(0, len(X), cores + 1, dtype=int)
        with threadpool_limits(1), ThreadPoolExecutor(cores) as pool:
            sum(pool.map(chunk, edges[:-1], edges[1:]))

    return timed(run)


def contenders(shape: tuple) -> dict[str, tuple[Callable, Callable[[], object]]]:
    """Who runs at a shape: how each prepares its pass, and the rows that it takes."""
    double, single = partial(rows_of, shape, np.float64), partial(rows_of, shape, np.float32)
    named = {
        "igtm float64": (igtm_pass, double),
        "igtm float32": (igtm_pass, single),
        "igtm float64, NumPy alone": (numpy_pass, double),
        "igtm float32, NumPy alone": (numpy_pass, single),
        "two products float64": (two_products, double),
        "two products float32": (two_products, single),
    }
    if shape == SPARSE_SHAPE:
        named["igtm sparse"] = (igtm_pass, partial(sparse_rows_of, shape))
    if find_spec("ugtm"):
        named["ugtm"] = (ugtm_pass, double)
    if find_spec("chemographykit"):
        named["ChemographyKit"] = (chemographykit_pass, double)
    return named


# Measuring


def memory(field: str) -> int:
    """A field of this process's memory in bytes: VmHWM is the most it ever held, VmRSS what it holds."""
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith(field))


def serve(shape: tuple, prepare: Callable, rows: Callable, pipe) -> None:
    """In a process of its own: prepare, then make passes whenever asked, and say how long one took."""
    warnings.simplefilter("ignore")
    X = rows()
    prepare(shape, X[:500])()  # imports and the like are no matter of a pass
    with open("/proc/self/clear_refs", "w") as reset:
        reset.write("5")  # the peak counts from here
    before = memory("VmRSS")
    one_pass = prepare(shape, X)
    while pipe.recv():
        taken, end = [], perf_counter() + TURN
        while not taken or perf_counter() < end:
            taken.append(one_pass())
        pipe.send((median(taken), memory("VmHWM") - before))


def turn(pipe) -> tuple[float, float, int]:
    """Let a contender make passes: seconds of the whole turn, of one pass, and bytes at its peak."""
    began = perf_counter()
    pipe.send(True)
    seconds, peak = pipe.recv()
    return perf_counter() - began, seconds, peak


def measure(shape: tuple, repeats: int) -> list[dict]:
    """Medians of every contender at one shape, in turns; whoever has had `ENOUGH` sits out."""
    spawn = get_context("spawn")
    running = {}
    for name, (prepare, rows) in contenders(shape).items():
        ours, theirs = spawn.Pipe()
        process = spawn.Process(target=serve, args=(shape, prepare, rows, theirs), daemon=True)
        process.start()
        running[name] = (process, ours, [turn(ours)])  # prepared, before the next one starts
    for _ in range(repeats):
        for _, pipe, turns in running.values():
            if sum(spent for spent, _, _ in turns) < ENOUGH:
                turns.append(turn(pipe))
    for process, pipe, _ in running.values():
        pipe.send(False)
        process.join()
    found = {name: turns[1:] or turns for name, (_, _, turns) in running.items()}  # the first one warms up
    seconds = {name: median(time for _, time, _ in turns) for name, turns in found.items()}
    return [
        {
            "shape": "{:,} × {:,}, k={}, m={}".format(*shape),
            "contender": name,
            "seconds": round(seconds[name], 5),
            "of the products": round(seconds[name] / seconds[f"two products {precision(name)}"], 3),
            "ugtm takes times": round(seconds["ugtm"] / seconds[name], 1) if "ugtm" in seconds else None,
            "peak MB": round(max(peak for _, _, peak in found[name]) / 1e6, 1),
        }
        for name in found
    ]


def precision(name: str) -> str:
    """In which precision a contender works."""
    return "float32" if "float32" in name else "float64"


def chart(rows: list[dict]) -> alt.Chart:
    """Seconds of each contender, a panel a shape."""
    frame = pd.DataFrame(rows)
    order = list(dict.fromkeys(frame["contender"]))
    bars = (
        alt.Chart()
        .mark_bar()
        .encode(
            x=alt.X("seconds:Q", title="seconds a pass, logarithmic").scale(type="log"),
            x2=alt.datum(1e-3),
            y=alt.Y("contender:N", title=None, sort=order),
            color=alt.condition("indexof(datum.contender, 'igtm') == 0", alt.value("#0072B2"), alt.value("#999999")),
        )
        .properties(width=420, height=110)
    )
    text = bars.mark_text(align="left", dx=4).encode(
        text=alt.Text("seconds:Q", format=".3~r"), color=alt.value("black"), x2=alt.X2()
    )
    return alt.layer(bars, text, data=frame).facet(row=alt.Row("shape:N", title=None, sort=None), spacing=12)


def main(arguments: list[str]) -> None:
    """Run, print, and write `results/passes.json` and `.svg`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks passes", description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="turns of each contender (default 5)")
    parser.add_argument("--shapes", type=int, nargs="*", default=range(len(SHAPES) + 1), help="which, from 0 on")
    chosen = parser.parse_args(arguments)
    os.environ["TQDM_DISABLE"] = "1"  # ChemographyKit's progress bars
    shapes = [[*SHAPES, SPARSE_SHAPE][index] for index in chosen.shapes]
    rows = []
    for shape in shapes:
        rows += measure(shape, chosen.repeats)
        publish("passes", rows, chart(rows))
