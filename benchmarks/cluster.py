"""Seconds and bytes of one pass over a Dask cluster on this machine: 1 worker against 2, and what a partition costs.

Workers are processes of one thread that make their rows themselves and keep them. All clusters live side by side and
take turns, beside the same rows in this process on one thread. On a machine with other work, seconds tell little: CPU
seconds of the busiest worker are what a pass would take if it had its cores to itself; those of scheduler and client,
both in this process, are what cannot be shared out. Bytes are all that any process of a cluster hands to its sockets
during a pass, heartbeats included.
"""

import argparse
from collections import defaultdict
from contextlib import ExitStack
from statistics import median
from time import perf_counter, process_time

import altair as alt
import dask.array as da
import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from benchmarks.report import publish
from igtm import eIGTM
from igtm.engine.backends import backend
from igtm.rows.sources import as_source

N_FEATURES, K, M = 50, 16, 4
SMALL_ROWS = 20  # of partitions that cost nothing but being there
MANY = 400  # of those
SENT = []


def made(n_rows: int, seed: int) -> np.ndarray:
    """Rows near a plane, float32."""
    rng = np.random.default_rng(seed)
    mixing = np.random.default_rng(0).normal(size=(2, N_FEATURES))
    noise = 0.3 * rng.standard_normal((n_rows, N_FEATURES), np.float32)
    return (rng.normal(size=(n_rows, 2)) @ mixing).astype(np.float32) + noise


def lazy(n_rows: int, partitions: int) -> da.Array:
    """As many partitions of `n_rows` rows, made by who needs them."""
    return da.map_blocks(
        lambda block_id: made(n_rows, block_id[0]),
        chunks=((n_rows,) * partitions, (N_FEATURES,)),
        meta=np.empty((0, N_FEATURES), np.float32),
    )


# Counting


def count_bytes() -> None:
    """Note from now on how much this process hands to its sockets."""
    from distributed.comm.tcp import TCP

    write = TCP.write

    async def counted(self, *args, **kwargs):
        SENT.append(await write(self, *args, **kwargs))
        return SENT[-1]

    TCP.write = counted


def sent() -> int:
    """Bytes that this process has handed over since `count_bytes`."""
    return sum(SENT)


# Measuring


def turn(client, work) -> tuple[float, float, float, float]:
    """Seconds that `work` takes, CPU seconds of the busiest worker and of this process, and bytes that are sent."""

    def state():
        of_workers = {} if client is None else client.run(lambda: (process_time(), sent()))
        cpu = {worker: used for worker, (used, _) in of_workers.items()}
        return cpu | {"here": process_time()}, sent() + sum(size for _, size in of_workers.values())

    (cpu, size), began = state(), perf_counter()
    work()
    seconds = perf_counter() - began
    cpu_after, size_after = state()
    used = {place: cpu_after[place] - cpu[place] for place in cpu}
    here = used.pop("here")
    return seconds, max(used.values(), default=here), here, size_after - size


def on(client, X: da.Array, sheet):
    """A function that makes one pass over rows that the workers of `client` keep."""
    with client.as_current():
        source = backend(as_source(X)).held(as_source(X))
        one_pass = backend(source).expectation(source)

    def run():
        with client.as_current():
            one_pass(sheet)

    run()
    return run


def measure(n_rows: int, partitions: int, repeats: int) -> list[dict]:
    """Medians of passes in turns."""
    from distributed import Client, LocalCluster

    sheet = eIGTM(k=K, m=M, niter=3, tol=0).fit(made(5_000, 0)).manifold_
    here = as_source(np.concatenate([made(n_rows // partitions, seed) for seed in range(partitions)]))
    local = backend(here).expectation(here)

    def one_thread():
        with threadpool_limits(1, user_api="blas"):
            local(sheet)

    count_bytes()
    with ExitStack() as stack:
        runs = {("this process", n_rows, partitions): (None, one_thread)}
        for n_workers in (1, 2):
            cluster = stack.enter_context(
                LocalCluster(n_workers=n_workers, threads_per_worker=1, dashboard_address=":0", memory_limit=None)
            )
            client = stack.enter_context(Client(cluster, set_as_default=False))
            client.run(count_bytes)
            name = f"{n_workers} worker{'s' * (n_workers > 1)}"
            for rows, parts in ((n_rows // partitions, partitions), (SMALL_ROWS, partitions), (SMALL_ROWS, MANY)):
                runs[name, rows * parts, parts] = (client, on(client, lazy(rows, parts), sheet))
        found = defaultdict(list)
        for _ in range(repeats):
            for key, (client, run) in runs.items():
                found[key].append(turn(client, run))
    middle = {key: [median(column) for column in zip(*turns, strict=True)] for key, turns in found.items()}
    alone = middle["1 worker", n_rows, partitions]
    return [
        {
            "where": where,
            "rows": rows,
            "partitions": parts,
            "seconds": round(seconds, 4),
            "1 worker takes times": round(alone[0] / seconds, 2) if rows == n_rows else None,
            "CPU seconds": round(cpu, 4),
            "scheduler's": round(here, 4) if where != "this process" else None,
            "of 1 worker's": round(cpu / alone[1], 3) if rows == n_rows else None,
            "kB sent": round(size / 1e3, 1) if where != "this process" else None,
        }
        for (where, rows, parts), (seconds, cpu, here, size) in middle.items()
    ]


def chart(rows: list[dict]) -> alt.Chart:
    """Seconds a pass, a bar a place."""
    return (
        alt.Chart(pd.DataFrame(rows))
        .mark_bar()
        .encode(x=alt.X("seconds:Q", title="seconds a pass"), y=alt.Y("where:N", title=None), row=alt.Row("rows:N"))
    )


def main(arguments: list[str]) -> None:
    """Run, print, and write `results/cluster.json` and `.svg`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks cluster", description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000, help="in all, a multiple of the partitions")
    parser.add_argument("--partitions", type=int, default=16, help="of these rows (default 16)")
    parser.add_argument("--repeats", type=int, default=7, help="turns (default 7)")
    chosen = parser.parse_args(arguments)
    rows = measure(chosen.rows, chosen.partitions, chosen.repeats)
    publish("cluster", rows, chart(rows))
