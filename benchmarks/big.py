"""Time and memory of tables larger than memory, and of sparse ones: each measurement in a fresh process.

From disk: 50 columns of float32 in a .npy file are fitted, and placed on the map into a Parquet file; what the process
holds besides files, above what its imports take, is watched meanwhile. Fingerprints: 2,048 bits a row, 3 % of them
set, as sparse rows and as dense ones.
"""

import argparse
import warnings
from collections.abc import Callable
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import perf_counter

import altair as alt
import numpy as np
import pandas as pd
from scipy import sparse

from benchmarks.passes import memory
from benchmarks.report import publish

N_COLUMNS, N_BITS, FILLED = 50, 2_048, 0.03
CHUNK = 50_000
WATCH_SECONDS = 0.01


# Rows


def write_rows(path: Path, n_rows: int) -> None:
    """Write float32 rows near a curved sheet, a chunk at a time."""
    rng = np.random.default_rng(0)
    directions, phase = rng.normal(size=(2, N_COLUMNS)), rng.uniform(0, 6, N_COLUMNS)
    with open(path, "wb") as file:
        header = {"descr": "<f4", "fortran_order": False, "shape": (n_rows, N_COLUMNS)}
        np.lib.format.write_array_header_1_0(file, header)
        for first in range(0, n_rows, CHUNK):
            n = min(CHUNK, n_rows - first)
            rows = np.sin(2 * rng.uniform(-1, 1, (n, 2)) @ directions + phase)
            rows += 0.3 * rng.standard_normal((n, N_COLUMNS), np.float32)
            rows.astype("<f4").tofile(file)


def fingerprints(n_rows: int, dense: bool):
    """Bits of rows of 20 kinds, each with its own frequent bits."""
    rng = np.random.default_rng(0)
    rates = np.exp(0.8 * rng.normal(size=(20, N_BITS)))
    rates *= FILLED / rates.mean()
    rows = np.empty((n_rows, N_BITS), np.float32) if dense else []
    for first in range(0, n_rows, CHUNK // 10):
        n = min(CHUNK // 10, n_rows - first)
        bits = rng.random((n, N_BITS), np.float32) < rates[rng.integers(0, 20, n)]
        if dense:
            rows[first : first + n] = bits
        else:
            rows.append(sparse.csr_array(bits, dtype=np.float32))
    return rows if dense else sparse.vstack(rows, format="csr")


# Work, each in a process of its own


class Watch:
    """What the process comes to hold, besides files, above what it held at the start."""

    def __enter__(self):
        self.base, self.peak, self.done = memory("RssAnon"), 0, Event()
        self.thread = Thread(target=self.look)
        self.thread.start()
        return self

    def look(self):
        while not self.done.wait(WATCH_SECONDS):
            self.peak = max(self.peak, memory("RssAnon"))

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()
        self.megabytes = (self.peak - self.base) / 1e6


def fit(X, n_iter: int, model_path: Path) -> dict:
    """Fit, and tell the start from the passes."""
    from igtm import eIGTM

    model, passes = eIGTM(niter=n_iter, tol=0), []
    with Watch() as added:
        began = perf_counter()
        for step in model.iter_fit(X):
            passes.append(step.seconds)
        whole = perf_counter() - began
    model.save(model_path)
    return {"start s": whole - sum(passes), "pass s": sum(passes) / len(passes), "added MB": added.megabytes}


def place(X, model_path: Path, result: Path) -> dict:
    """Place rows on a map, into a Parquet file."""
    import igtm

    model = igtm.load(model_path)
    with Watch() as added:
        began = perf_counter()
        igtm.write_parquet(result, model.transform_blocks(X))
        whole = perf_counter() - began
    return {"pass s": whole, "added MB": added.megabytes}


def fit_fingerprints(n_rows: int, dense: bool, n_iter: int, model_path: Path) -> dict:
    """Fit fingerprints; the rows themselves are counted apart."""
    X = fingerprints(n_rows, dense)
    held = X.nbytes if dense else X.data.nbytes + X.indices.nbytes + X.indptr.nbytes
    return {**fit(X, n_iter, model_path), "rows MB": held / 1e6}


def served(work: Callable[..., dict], arguments: tuple, pipe) -> None:
    """Do the work after all imports, and send what it found."""
    for name in ("pyarrow.parquet", "scipy.sparse.linalg", "igtm"):
        import_module(name)
    warnings.simplefilter("ignore")
    pipe.send(work(*arguments))


def in_fresh_process(work: Callable[..., dict], *arguments) -> dict:
    """What `work` measures, in a process that has done nothing else."""
    spawn = get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=served, args=(work, arguments, theirs))
    process.start()
    theirs.close()
    found = ours.recv()
    process.join()
    return {name: round(value, 3) for name, value in found.items()}


# The benchmark


def from_disk(folder: Path, sizes: list[int], n_iter: int) -> list[dict]:
    """Fit and place rows of several numbers."""
    rows = []
    for n_rows in sizes:
        path, model = folder / "rows.npy", folder / "model.npz"
        write_rows(path, n_rows)
        shape = {"rows": n_rows, "columns": N_COLUMNS, "file MB": round(path.stat().st_size / 1e6, 1)}
        rows.append({"work": "fit from .npy", **shape, **in_fresh_process(fit, path, n_iter, model)})
        found = in_fresh_process(place, path, model, folder / "map.parquet")
        rows.append({"work": "transform_blocks to Parquet", **shape, **found})
    return rows


def of_fingerprints(folder: Path, n_rows: int, n_iter: int) -> list[dict]:
    """Fit the same fingerprints sparse and dense."""
    rows = []
    for name, dense in (("sparse", False), ("dense", True)):
        found = in_fresh_process(fit_fingerprints, n_rows, dense, n_iter, folder / "model.npz")
        rows.append({"work": f"fit {name} fingerprints", "rows": n_rows, "columns": N_BITS, **found})
    return rows


def chart(rows: list[dict]) -> alt.HConcatChart:
    """Seconds of a pass and memory added, by rows: the one grows in step, the other does not."""
    frame = pd.DataFrame(rows)
    frame = frame[frame["columns"] == N_COLUMNS]
    axis = alt.Axis(format="~s", values=sorted(set(frame["rows"])), title="rows")
    base = (
        alt.Chart(frame)
        .mark_line(point=True)
        .encode(
            x=alt.X("rows:Q", axis=axis).scale(type="log"),
            color=alt.Color("work:N", title=None).scale(range=["#0072B2", "#D55E00"]),
        )
        .properties(width=300, height=200)
    )
    decades = alt.Axis(values=[10.0**power for power in range(-3, 4)], format="~g", title=None)
    seconds = base.encode(y=alt.Y("pass s:Q", axis=decades).scale(type="log")).properties(title="seconds a pass")
    added = base.encode(y=alt.Y("added MB:Q", title=None).scale(domainMin=0))
    files = base.mark_line(strokeDash=[4, 3]).encode(y="file MB:Q", color=alt.value("#999999"))
    memory_added = alt.layer(added, files.transform_filter("datum['file MB'] < 400"))
    return (
        alt.hconcat(seconds, memory_added.properties(title="MB added in memory (dashed: size of the file)"))
        .configure_title(anchor="start", fontWeight="normal")
        .configure_axis(gridColor="#E5E5E5", titleFontWeight="normal")
        .configure_legend(orient="bottom")
        .configure_view(stroke=None)
    )


def main(arguments: list[str]) -> None:
    """Run, print, and write `results/big.json` and `.svg`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks big", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=[100_000, 1_000_000, 10_000_000], help="in the files")
    parser.add_argument("--fingerprints", type=int, default=200_000, help="how many; 0 leaves them out")
    parser.add_argument("--niter", type=int, default=2, help="iterations of a fit (default 2)")
    parser.add_argument("--folder", type=Path, help="where files are written, and deleted (default: temporary)")
    chosen = parser.parse_args(arguments)
    with TemporaryDirectory(dir=chosen.folder) as folder:
        rows = from_disk(Path(folder), chosen.rows, chosen.niter)
        if chosen.fingerprints:
            rows += of_fingerprints(Path(folder), chosen.fingerprints, chosen.niter)
    publish("big", rows, chart(rows))
