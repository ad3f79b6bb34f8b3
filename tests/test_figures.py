"""Figures as values: valid Vega-Lite over named data, in which text from data is only ever text."""

import json

import altair as alt
import numpy as np
import pandas as pd
import pytest
from panel.models.vega import VEGA_LITE_VERSION

from igtm.charts import figures
from igtm.charts.colours import Colouring
from igtm.charts.scatter import recoloured
from igtm.charts.theme import MAP_AXES, SCHEMA, VIRIDIS, vega_config

from . import chart_data as sample

FIGURES = {
    "means": lambda **options: figures.means(sample.points(), "class", ["amount", "day"], **options),
    "means of numbers": lambda **options: figures.means(sample.points(), Colouring("amount", clip=(2, 98)), **options),
    "means over nodes": lambda **options: figures.means(sample.points(), nodes=sample.grid(5), **options),
    "modes": lambda **options: figures.modes(sample.points(), "flag", nodes=sample.grid(5), **options),
    "responsibilities": lambda **options: figures.responsibilities(sample.responsibilities(), **options),
    "node mass": lambda **options: figures.node_mass(sample.mass(), **options),
    "prototype": lambda **options: figures.prototype(sample.features(), **options),
    "landscape": lambda **options: figures.landscape(sample.values(), "amount", **options),
    "landscape of shares": lambda **options: figures.landscape(
        sample.responsibilities(), "responsibility", percent=True, **options
    ),
    "class landscape": lambda **options: figures.class_landscape(sample.winners(), **options),
    "regions": lambda **options: figures.with_regions(
        figures.means(sample.points(k=6), nodes=sample.grid(6), **options), *sample.regions(6)
    ),
    "chosen": lambda **options: figures.with_chosen(figures.node_mass(sample.mass(), **options), [3, 20]),
    "found": lambda **options: figures.with_found(
        figures.means(sample.points(), nodes=sample.grid(5), **options), sample.grid(5)[:3], sample.grid(5)
    ),
    "planes": lambda **options: figures.planes(sample.planes(), sample.grid(5), **options),
    "difference": lambda **options: figures.difference(sample.differences(), **options),
    "class mix": lambda **options: figures.class_mix(sample.mix(), **options),
    "path": lambda **options: figures.path(sample.steps(), **options),
    "convergence": lambda **options: figures.convergence(sample.path(), "converged", **options),
    "distributions": lambda **options: figures.distributions(sample.counts(), sample.ranking(), **options),
    "neighbours": lambda **options: figures.neighbours(
        sample.points(), (0.1, 0.2), sample.near(), sample.two_modes(), nodes=sample.grid(5), **options
    ),
    "pictures": lambda **options: figures.picture_map(sample.grid(5), [sample.PICTURE] * 25, **options),
    "new rows": lambda **options: figures.new_rows(
        sample.points(), sample.new(), tooltip=["amount"], nodes=sample.grid(5), **options
    ),
}
OTHERS = {"prototype", "convergence", "distributions", "planes", "difference", "class mix", "path"}
MAPS = [name for name in FIGURES if name not in OTHERS]


def find(tree, key):
    """Every value of a key, at any depth."""
    if isinstance(tree, dict):
        yield from ([tree[key]] if key in tree else [])
        tree = list(tree.values())
    if isinstance(tree, list):
        for branch in tree:
            yield from find(branch, key)


def layer(figure, name):
    return next(part for part in figure.spec()["layer"] if part.get("name") == name)


def tooltip(figure, name="points"):
    return {field["title"]: field["field"] for field in layer(figure, name)["encoding"]["tooltip"]}


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("dark", [False, True])
def test_spec_is_valid_themed_and_without_rows(name, dark):
    spec = FIGURES[name]().spec(dark=dark)
    alt.LayerChart.from_dict(spec)  # checks against the schema
    assert spec["config"] == vega_config(dark)
    assert "datasets" not in spec
    assert not list(find(spec, "values"))
    assert spec["$schema"] == SCHEMA


@pytest.mark.parametrize("name", FIGURES)
def test_layers_are_put_together_as_altair_does(name):
    figure = FIGURES[name]()
    spec, whole = figure.spec(), alt.LayerChart(layer=figure.layers, **figure.options).to_dict()
    shared = whole.pop("data", None)
    layers = [part | {"data": shared} if shared else part for part in whole["layer"]]
    assert spec["layer"] == layers
    assert [param for param in spec["params"] if "views" in param] == whole.get("params", [])


def test_schema_is_the_one_that_panel_bundles():
    assert SCHEMA.endswith(f"/vega-lite/v{VEGA_LITE_VERSION}.json")


@pytest.mark.parametrize("name", FIGURES)
def test_live_spec_draws_the_same_under_the_page_s_title_on_its_background(name):
    spec, live = FIGURES[name]().spec(), FIGURES[name]().spec(live=True)
    assert spec.pop("title")
    for axis in ("x", "y"):
        for drawn, channel in zip(find(live, axis), find(spec, axis), strict=True):
            if isinstance(channel, dict) and channel.get("title") in MAP_AXES:
                assert drawn["title"] is None
                drawn["title"] = channel["title"]
    assert live == spec | {"background": "transparent"}


@pytest.mark.parametrize("name", FIGURES)
def test_every_field_is_in_the_rows(name):
    figure = FIGURES[name]()
    spec = figure.spec()
    for part in spec["layer"]:
        rows = figure.data[part.get("data", spec.get("data"))["name"]]
        assert set(find(part["encoding"], "field")) <= set(rows.columns)


@pytest.mark.parametrize("name", FIGURES)
def test_titles(name):
    own = FIGURES[name](title="My title").spec()
    assert own["title"] == own["description"] == "My title"
    assert FIGURES[name]().spec()["title"]
    assert "title" not in FIGURES[name](title="").spec()
    titles = [
        axis.get("title", axis["field"])
        for part in own["layer"]
        for axis in find(part["encoding"], "x")
        if "field" in axis
    ]
    assert all(titles)


@pytest.mark.parametrize("name", MAPS)
def test_maps_are_square_and_show_every_node(name):
    spec = FIGURES[name]().spec()
    assert spec["width"] == spec["height"]
    domains = [
        scale["domain"] for axis in "xy" for part in spec["layer"] for scale in find(part["encoding"][axis], "scale")
    ]
    ends = domains[0]
    assert all(domain == ends for domain in domains)
    assert ends[0] == -ends[1] <= -1.1


@pytest.mark.parametrize("name", MAPS)
def test_maps_zoom_and_pan(name):
    zoom = next(param for param in FIGURES[name]().spec()["params"] if param["name"] == "zoom")
    assert zoom["bind"] == "scales"
    assert "!event.shiftKey" in zoom["select"]["translate"]


def test_gestures_by_name():
    params = {p["name"]: p for p in FIGURES["modes"]().spec()["params"]}
    assert params["brush"]["select"]["on"] == params["zoom"]["select"]["on"].replace("!event", "event")
    assert params["pick"]["select"]["fields"] == ["row_id"]
    assert params["pick_node"]["select"]["fields"] == ["node"]
    assert params["pick_node"]["views"] == ["nodes"]


def test_tooltips_hold_every_column_asked_for():
    figure = figures.means(sample.points(), "class", ["amount", "flag", "day", "class"])
    fields = tooltip(figure)
    assert list(fields) == ["row", "node", "class", "amount", "flag", "day"]
    row = figure.data["points"].iloc[0]
    given = sample.points().iloc[0]
    assert row[fields["class"]] == given["class"]
    assert float(row[fields["amount"]]) == pytest.approx(given["amount"], rel=1e-5)
    assert row[fields["flag"]] == str(given["flag"])


@pytest.mark.parametrize("asked", [{"color": "nope"}, {"tooltip": ["nope"]}])
def test_a_column_that_there_is_not_is_refused_in_words(asked):
    with pytest.raises(ValueError, match=r"points has no column 'nope': choose one of .*mean_x"):
        figures.means(sample.points(), **asked)


def test_a_hole_is_called_missing():
    figure = figures.means(sample.points(), tooltip=["amount"])
    holes = sample.points()["amount"].isna()
    assert (figure.data["points"]["c0"] == "missing").equals(holes)


@pytest.mark.parametrize("color", sample.HOSTILE)
def test_names_from_data_are_titles_and_nothing_else(color):
    figure = figures.means(sample.hostile(), color, sample.HOSTILE, nodes=sample.grid(5))
    spec = figure.spec()
    own = {"row_id", "x", "y", "node", "color", "x0", "x1", "y0", "y1"} | {f"c{i}" for i in range(10)}
    assert set(find(spec, "field")) <= own
    assert set(figure.data["points"].columns) <= own
    # vega-tooltip would make a heading of "title" and load "image": a no-break space takes that from them.
    titles = list(tooltip(figure))
    assert not {"title", "image", ""} & set(titles)
    assert [t.rstrip("\N{NO-BREAK SPACE}") for t in titles[2:]] == [
        name or "(no name)" for name in dict.fromkeys([color, *sample.HOSTILE])
    ]


def test_hostile_values_are_rows_not_spec():
    spec = json.dumps(figures.means(sample.hostile(), None, sample.HOSTILE).spec())
    assert sample.SCRIPT not in spec
    assert sample.LINK not in spec
    assert '"href"' not in spec
    assert '"url"' not in spec


def test_columns_called_like_ours_keep_their_tooltip():
    table = sample.points().assign(row="mine")
    assert list(tooltip(figures.means(table, tooltip=["row"]))) == ["row", "node", "row\N{NO-BREAK SPACE}"]


def test_modes_are_spread_within_the_cells():
    figure = figures.modes(sample.points(), nodes=sample.grid(5))
    rows, table = figure.data["points"], sample.points()
    assert not rows.duplicated(["x", "y"]).any()
    assert (np.hypot(rows["x"] - table["mode_x"], rows["y"] - table["mode_y"]) < 0.25).all()


@pytest.mark.parametrize("k", [1, 2, 5, 20])
def test_cells_tile_the_map(k):
    cells = figures.responsibilities(sample.responsibilities(k)).data["nodes"]
    side = cells["x1"] - cells["x0"]
    np.testing.assert_allclose(side, cells["y1"] - cells["y0"])
    np.testing.assert_allclose(side.iloc[0] * k, cells["x1"].max() - cells["x0"].min())
    ends = figures.responsibilities(sample.responsibilities(k)).spec()["layer"][0]["encoding"]["x"]["scale"]["domain"]
    assert ends[0] <= cells["x0"].min()
    assert ends[1] >= cells["x1"].max()


def test_responsibilities_start_at_zero():
    figure = figures.responsibilities(sample.responsibilities(), marker=(0.3, -0.2))
    colour = layer(figure, "nodes")["encoding"]["color"]
    assert colour["scale"]["domainMin"] == 0
    assert figure.spec()["config"]["range"]["heatmap"] == list(VIRIDIS)
    assert figure.data["marker"].to_numpy().tolist() == [[0.3, -0.2]]
    assert figures.responsibilities(sample.responsibilities()).data["marker"].empty


def test_node_mass_is_the_area_of_a_square():
    rows = figures.node_mass(sample.mass()).data["nodes"]
    area = (rows["sx1"] - rows["sx0"]) * (rows["sy1"] - rows["sy0"])
    np.testing.assert_allclose(area / area.max(), rows["mass"] / rows["mass"].max())
    assert (rows["sx1"] < rows["x1"]).all()
    nothing = figures.node_mass(sample.grid(3).assign(mass=0.0)).data["nodes"]
    assert (nothing["sx1"] == nothing["sx0"]).all()


def test_prototype_shows_the_largest_differences_first():
    rows = figures.prototype(sample.features(), top=4).data["features"]
    assert rows["difference"].abs().is_monotonic_decreasing
    assert rows["difference"].tolist() == sorted(sample.features()["difference"], key=abs, reverse=True)[:4]


@pytest.mark.parametrize("n", [0, 1, 2, 200])
def test_convergence_has_both_curves_and_marks_the_end(n):
    data = figures.convergence(sample.path(n), "converged").data
    assert len(data["path"]) == 2 * n
    assert data["path"]["dot"].eq(n <= 30).all()
    assert data["stop"].to_numpy().tolist() == ([[n, "converged"]] if n else [])
    running = figures.convergence(sample.path(n)).data["stop"]
    assert running.to_numpy().tolist() == ([[n, ""]] if n else [])


def test_points_shrink_and_fade_as_they_become_many():
    def look(n):
        dots = layer(figures.means(sample.points(n)), "points")
        return dots["mark"]["size"], dots["encoding"]["opacity"]["value"]

    few, many = look(50), look(20_000)
    assert few[0] > 5 * many[0]
    assert few[1] > many[1]
    own = layer(figures.means(sample.points(), size=33, opacity=0.2), "points")
    assert own["mark"]["size"] == 33
    assert own["encoding"]["opacity"]["value"] == 0.2


@pytest.mark.parametrize("draw", [figures.means, figures.modes])
def test_the_table_is_left_as_it_was(draw):
    table = sample.points()
    draw(table, "amount", ["class"], nodes=sample.grid(5))
    pd.testing.assert_frame_equal(table, sample.points())


def test_no_points():
    figure = figures.modes(sample.points().iloc[:0], "class", nodes=sample.grid(5))
    assert figure.data["points"].empty
    assert figure.spec()


def test_neighbours_tell_how_many_the_map_keeps():
    figure = figures.neighbours(sample.points(), (0.1, 0.2), sample.near(), sample.two_modes())
    assert figure.spec()["title"] == "The map keeps 7 of 10 nearest rows"
    rows = figure.data["neighbours"]
    assert rows["rank"].tolist() == list(range(1, 11))
    assert (rows[["from_x", "from_y"]] == [0.1, 0.2]).all(axis=None)
    assert len(figure.data["modes"]) == 2
    assert figures.neighbours(sample.points(), (0, 0), sample.near(), sample.two_modes()[:1]).data["modes"].empty


@pytest.mark.parametrize("draw", [figures.means, figures.modes])
def test_pictures_in_tooltips_are_data_and_never_links(draw):
    uri = "data:image/png;base64,AAAA"
    figure = draw(sample.points(), pictures=[uri] * 60)
    assert tooltip(figure)["image"] == "picture"
    assert (figure.data["points"]["picture"] == uri).all()
    with pytest.raises(ValueError, match="data URIs"):
        draw(sample.points(), pictures=[uri] * 59 + [sample.LINK])


@pytest.mark.parametrize(("chosen", "framed"), [([], 0), ([7], 1), ([7, 13], 2), ([7, 99], 1)])
def test_chosen_nodes_are_framed_and_an_arrow_leads_from_the_first_to_the_second(chosen, framed):
    figure = figures.with_chosen(figures.means(sample.points(), nodes=sample.grid(5)), chosen)
    assert [part.get("name") for part in figure.spec()["layer"]].count("node_ring") == 0  # one frame, not two
    assert len(figure.data["chosen"]) == framed
    way = figure.data["way"]
    assert len(way) == (framed == 2)
    if framed == 2:  # from (-0.5, 0) to (0, 0.5)
        assert way.iloc[0].to_dict() == {"x": -0.5, "y": 0, "x2": 0, "y2": 0.5, "xc": -0.25, "yc": 0.25, "angle": 45}
        edges = figure.data["nodes"].loc[chosen, ["x0", "x1", "y0", "y1"]].to_numpy()
        np.testing.assert_allclose(figure.data["chosen"][["x0", "x1", "y0", "y1"]], edges)
        assert figure.data["chosen"]["order"].tolist() == [1, 2]


def test_a_map_of_pictures_refuses_links():
    with pytest.raises(ValueError, match="data URIs"):
        figures.picture_map(sample.grid(2), [sample.PICTURE] * 3 + [sample.LINK])


COLOURINGS = [
    Colouring("class"),
    Colouring("amount", clip=(2, 98), scheme="magma"),
    Colouring("amount", kind="category", reverse=True),
    Colouring("day"),
]


@pytest.mark.parametrize("before", COLOURINGS)
@pytest.mark.parametrize("after", COLOURINGS)
def test_a_map_in_other_colours_is_the_one_that_is_made_anew(before, after):
    points, shown = sample.points(), ["day", "amount", "class"]
    first, anew = (figures.means(points, how, shown, nodes=sample.grid(5)) for how in (before, after))
    for live in (True, False):
        spec, values = recoloured(first.spec(live=live), points[after.column], after, shown)
        assert spec == anew.spec(live=live)
    pd.testing.assert_series_equal(values, anew.data["points"]["color"], check_names=False)
    others = first.data["points"].drop(columns="color")
    pd.testing.assert_frame_equal(others, anew.data["points"].drop(columns="color"))
