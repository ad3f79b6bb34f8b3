"""Seconds of one EM pass on a GPU: igtm through the array API, ChemographyKit, and the two matrix products alone.

All work on torch tensors that are on the device already, and take turns; memory is what each adds to them at its peak.
"""

import argparse
import os
import sys
from collections import defaultdict
from importlib.util import find_spec
from statistics import median

import altair as alt
import numpy as np
import pandas as pd
import sklearn

from benchmarks.passes import REGUL, rows_of, timed
from benchmarks.report import publish
from igtm import eIGTM
from igtm.engine.backends import backend
from igtm.engine.em import maximise
from igtm.rows.sources import as_source

FEATURES = (50, 500)
K, M = 16, 4
TILE = 1 << 16
NONE_HERE = (
    "No CUDA device is here, or torch is not built for it: nothing is measured on a GPU. To see that this script "
    "runs, give it --device cpu --rows 20000."
)


# Contenders: from rows on the device to what makes one pass


def igtm_pass(X):
    """E-step and M-step of igtm, from where three iterations have led."""
    with sklearn.config_context(array_api_dispatch=True):
        sheet = eIGTM(k=K, m=M, niter=3, tol=0).fit(X[:5000]).manifold_
        source = as_source(X)
    one_pass = backend(source).expectation(source)
    return lambda: maximise(sheet, one_pass(sheet), REGUL)


def two_products(X):
    """N×D by D×K and K×N by N×D, in tiles."""
    import torch

    nodes = torch.randn(X.shape[1], K * K, dtype=X.dtype, device=X.device)
    responsibilities = torch.full((K * K, TILE), 1 / K**2, dtype=X.dtype, device=X.device)

    def run():
        total = 0
        for tile in X.split(TILE):
            tile @ nodes
            total = total + responsibilities[:, : len(tile)] @ tile
        return total

    return run


def chemographykit_pass(X):
    """E-step and M-step of ChemographyKit, which holds rows × nodes."""
    from chemographykit.gtm import GTM

    settings = {"num_nodes": K * K, "num_basis_functions": M * M, "basis_width": 0.3, "reg_coeff": REGUL}
    model = GTM(**settings, max_iter=1, device=X.device.type)
    model.fit(X[:5000])

    def run():
        distances = model.kernel(model.phi @ model.weights, X)
        return model.m_step(X, model.e_step(X, distances)[0])

    return run


def contenders() -> dict:
    """Names, precisions and makers of passes."""
    named = {
        (name, precision): make
        for precision in ("float64", "float32")
        for name, make in (("igtm", igtm_pass), ("two products", two_products))
    }
    if find_spec("chemographykit"):
        named["ChemographyKit", "float64"] = chemographykit_pass
    return named


# Measuring


def measure(n_rows: int, n_features: int, device: str, repeats: int) -> list[dict]:
    """Medians of every contender over the same rows, in turns."""
    import torch

    cuda = device == "cuda"
    rows = {"float64": torch.as_tensor(rows_of((n_rows, n_features, K, M), np.float64)).to(device)}
    rows["float32"] = rows["float64"].float()
    passes = {key: make(rows[key[1]]) for key, make in contenders().items()}
    found, memory = defaultdict(list), {}

    def finished(run):
        run()
        if cuda:
            torch.cuda.synchronize()

    for turn in range(repeats + 1):
        for key, run in passes.items():
            if cuda:
                torch.cuda.reset_peak_memory_stats()
                before = torch.cuda.memory_allocated()
            seconds = timed(lambda run=run: finished(run))()
            if turn:  # the first warms up
                found[key].append(seconds)
                memory[key] = torch.cuda.max_memory_allocated() - before if cuda else None
    medians = {key: median(times) for key, times in found.items()}
    peer = medians.get(("ChemographyKit", "float64"))
    return [
        {
            "device": torch.cuda.get_device_name() if cuda else "processor",
            "shape": f"{n_rows:,} × {n_features}, k={K}, m={M}",
            "contender": f"{name} {precision}",
            "seconds": round(seconds, 5),
            "of the products": round(seconds / medians["two products", precision], 3),
            "ChemographyKit takes times": None if peer is None else round(peer / seconds, 1),
            "added MB": round(memory[name, precision] / 1e6) if cuda else None,
        }
        for (name, precision), seconds in medians.items()
    ]


def chart(rows: list[dict]) -> alt.Chart:
    """Seconds of each contender, a panel a shape."""
    bars = alt.Chart(pd.DataFrame(rows)).mark_bar()
    return bars.encode(
        x=alt.X("seconds:Q", title="seconds a pass"),
        y=alt.Y("contender:N", title=None),
        row=alt.Row("shape:N", title=None),
    )


def main(arguments: list[str]) -> None:
    """Run, print, and write `results/gpu.json` and `.svg`; without a GPU, say so."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks gpu", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="default 1,000,000")
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda", help="default cuda")
    parser.add_argument("--repeats", type=int, default=7, help="turns of each contender (default 7)")
    chosen = parser.parse_args(arguments)
    if not find_spec("torch"):
        sys.exit("torch is not installed: pip install torch, built for your CUDA.")
    import torch

    if chosen.device == "cuda" and not torch.cuda.is_available():
        sys.exit(NONE_HERE)
    os.environ["SCIPY_ARRAY_API"] = "1"  # scikit-learn asks for it
    os.environ["TQDM_DISABLE"] = "1"  # ChemographyKit's progress bars
    rows = [row for d in FEATURES for row in measure(chosen.rows, d, chosen.device, chosen.repeats)]
    publish("gpu" if chosen.device == "cuda" else "gpu-on-processor", rows, chart(rows))
