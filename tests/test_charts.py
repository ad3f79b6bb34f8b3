"""Charts: one object with its rows in it, of any size, that draws what it says."""

import inspect
import io
import json
import subprocess
import sys
import time

import altair as alt
import numpy as np
import pytest
import vl_convert
from PIL import Image

from igtm import charts
from igtm.charts import export, figures
from igtm.charts.theme import DARK, LIGHT, MAP_SIDE, MISSING_GREY, OKABE_ITO, VIRIDIS

from . import chart_data as sample

CHARTS = {
    "means": lambda **options: charts.means(sample.points(), "class", ["amount"], **options),
    "modes": lambda **options: charts.modes(sample.points(), "amount", nodes=sample.grid(5), **options),
    "responsibilities": lambda **options: charts.responsibilities(
        sample.responsibilities(), marker=(0.3, -0.2), **options
    ),
    "node_mass": lambda **options: charts.node_mass(sample.mass(), **options),
    "prototype": lambda **options: charts.prototype(sample.features(), **options),
    "landscape": lambda **options: charts.landscape(sample.values(), "amount", **options),
    "class_landscape": lambda **options: charts.class_landscape(sample.winners(), **options),
    "planes": lambda **options: charts.planes(sample.planes(), sample.grid(5), **options),
    "with_backdrop": lambda **options: charts.with_backdrop(
        figures.means(sample.points(), "class", nodes=sample.grid(5)),
        figures.landscape(sample.values(), "amount"),
        **options,
    ),
    "with_regions": lambda **options: charts.with_regions(
        figures.node_mass(sample.mass(6)), *sample.regions(6), **options
    ),
    "with_chosen": lambda **options: charts.with_chosen(figures.node_mass(sample.mass()), [3, 20], **options),
    "difference": lambda **options: charts.difference(sample.differences(), **options),
    "class_mix": lambda **options: charts.class_mix(sample.mix(), **options),
    "path": lambda **options: charts.path(sample.steps(), **options),
    "convergence": lambda **options: charts.convergence(sample.path(), "stopped", **options),
    "distributions": lambda **options: charts.distributions(sample.counts(), sample.ranking(), **options),
    "neighbours": lambda **options: charts.neighbours(
        sample.points(), (0.1, 0.2), sample.near(), sample.two_modes(), **options
    ),
    "picture_map": lambda **options: charts.picture_map(sample.grid(5), [sample.PICTURE] * 25, **options),
    "new_rows": lambda **options: charts.new_rows(sample.points(), sample.new(), "class", **options),
}

DRAWN = [name for name in charts.__all__ if name != "Colouring"]


def pixels(chart):
    """Colours of a chart's PNG and how many pixels have each."""
    image = Image.open(io.BytesIO(export.render(chart, "png", scale=1))).convert("RGB")
    colours, count = np.unique(np.asarray(image).reshape(-1, 3), axis=0, return_counts=True)
    return {"#{:02X}{:02X}{:02X}".format(*c): n for c, n in zip(colours.tolist(), count.tolist(), strict=True)}


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_is_its_figure_with_rows(name):
    chart = CHARTS[name]()
    spec = chart.to_dict()
    alt.LayerChart.from_dict(spec)  # checks against the schema
    assert all(json.loads(rows) for rows in spec["datasets"].values())
    used = {part["data"]["name"] for part in [spec, *spec["layer"]] if "data" in part}
    assert used == set(spec["datasets"])


@pytest.mark.parametrize("name", DRAWN)
def test_charts_and_figures_share_their_signature(name):
    own = dict(inspect.signature(getattr(charts, name)).parameters)
    assert own.pop("dark").default is False
    assert own == dict(inspect.signature(getattr(figures, name)).parameters)
    assert getattr(charts, name).__doc__ == getattr(figures, name).__doc__


@pytest.mark.parametrize("name", DRAWN)
def test_vega_draws_it_without_a_warning(name, capfd):
    vl_convert.vegalite_to_vega(CHARTS[name]().to_dict(), vl_version=export.VL_VERSION, show_warnings=True)
    said = capfd.readouterr()
    assert said.out + said.err == ""


@pytest.mark.parametrize("name", DRAWN)
def test_light_and_dark_differ(name):
    light, dark = pixels(CHARTS[name]()), pixels(CHARTS[name](dark=True))
    assert light.get("#FFFFFF", 0) > 1000 > dark.get("#FFFFFF", 0)


def test_every_class_is_drawn_in_its_colour():
    found = pixels(charts.means(sample.points(), "class", opacity=1))
    assert all(found.get(colour.upper(), 0) > 100 for colour in OKABE_ITO[:3])


def test_missing_numbers_are_drawn_grey():
    table = sample.points()
    with_holes = pixels(charts.means(table, "amount", opacity=1))
    without = pixels(charts.means(table.dropna(), "amount", opacity=1))
    assert with_holes[MISSING_GREY] > 100
    assert MISSING_GREY not in without


def test_the_eighth_class_is_black_on_light_and_light_on_dark():
    table = sample.points(200, classes=8)
    ink = {dark: pixels(charts.means(table, "class", opacity=1, size=200, dark=dark)) for dark in (False, True)}
    assert ink[False][LIGHT.text] > 500
    assert ink[True][DARK.text] > 500


def test_heatmap_has_no_seams():
    found = pixels(charts.responsibilities(sample.grid(7).assign(responsibility=1 / 49)))
    assert found[VIRIDIS[-1]] > 0.98 * MAP_SIDE**2


def test_twenty_thousand_rows():
    table = sample.points(20_000, k=20, classes=10)
    start = time.process_time()
    text = charts.modes(table, "class", ["amount", "flag"], nodes=sample.grid(20)).to_json()
    assert time.process_time() - start < 1.5
    assert len(json.loads(json.loads(text)["datasets"]["points"])) == 20_000


def test_importing_charts_loads_neither_panel_nor_vl_convert():
    code = "import sys, igtm.charts, igtm.charts.export; print({'panel', 'vl_convert'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
