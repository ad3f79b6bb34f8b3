"""What a benchmark leaves behind: a table on the screen, the same as JSON, and a chart."""

import json
import os
import platform
from pathlib import Path

import altair as alt
import numpy as np
import pandas as pd

RESULTS = Path(__file__).parent / "results"


def machine() -> str:
    """The machine in a few words: ratios within one run are what counts, but they depend on it."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, NumPy {np.__version__}"


def publish(name: str, rows: list[dict], chart: alt.TopLevelMixin | None = None) -> None:
    """Print rows, and write them as `results/NAME.json` and the chart as `results/NAME.svg`.

    Parameters
    ----------
    name : str
        The benchmark's.
    rows : list of dict
        What was measured, one row a measurement.
    chart : Chart, optional
    """
    print(f"{name}: {machine()}")
    with pd.option_context("display.max_columns", None, "display.width", 250, "display.precision", 4):
        print(pd.DataFrame(rows).to_string(index=False))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps({"machine": machine(), "rows": rows}, indent=1) + "\n")
    if chart is not None:
        chart.save(RESULTS / f"{name}.svg")
