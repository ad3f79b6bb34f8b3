"""Columns to colours: which kind, which order, which colour, and that a sample keeps them."""

import re

import numpy as np
import pandas as pd
import pytest
import vl_convert
from hypothesis import given, settings
from hypothesis import strategies as st

from igtm.charts import export, figures
from igtm.charts.colours import (
    MISSING,
    OTHER,
    Colouring,
    as_colouring,
    as_text,
    class_names,
    classes,
    coloured,
    kind_of,
)
from igtm.charts.theme import DARK, LIGHT, MISSING_GREY, OKABE_ITO, OTHER_GREY, PALETTE_20, RAMPS

columns = st.lists(st.one_of(st.none(), st.text(max_size=3)), min_size=1, max_size=80).map(pd.Series)


def mapping(column, **options):
    """Colour by class, as the chart has it."""
    scale = scale_of(column, **options)
    return dict(zip(scale["domain"], scale["range"], strict=True))


def scale_of(column, **options):
    return coloured(column, Colouring("t", **options))[1].to_dict()["scale"]


def named(n, sizes=None):
    return pd.Series(np.repeat([f"c{i}" for i in range(n)], sizes or [2] * n))


def test_kind():
    assert kind_of(pd.Series([1.5, 2.5])) == "number"
    assert kind_of(pd.Series(range(11))) == "number"
    assert kind_of(pd.Series(pd.to_datetime(["2020-01-01"]))) == "number"
    assert kind_of(pd.Series([0, 1, 2])) == "category"
    assert kind_of(pd.Series([0.0, 1.0, np.nan])) == "category"
    assert kind_of(pd.Series([True, False])) == "category"
    assert kind_of(pd.Series([1.5, 2.5]).astype("category")) == "category"
    assert kind_of(pd.Series(["1.5", "2.5"])) == "category"


def test_text():
    assert as_text(pd.Series([1.0, 0.1234567, np.nan])).tolist() == ["1", "0.123457", MISSING]
    assert as_text(pd.Series([10**17, 3])).tolist() == ["100000000000000000", "3"]
    assert as_text(pd.Series([True, None, "x"])).tolist() == ["True", MISSING, "x"]
    assert as_text(pd.Series(["a", None]).astype("category")).tolist() == ["a", MISSING]


def test_natural_order():
    assert list(classes(pd.Series([10, 9, -1, 2])).cat.categories) == ["-1", "2", "9", "10"]
    assert list(classes(pd.Series(["c10", "b", "C2"])).cat.categories) == ["b", "C2", "c10"]
    own = pd.Series(pd.Categorical(["low", "high"], ["low", "mid", "high"]))
    assert list(classes(own).cat.categories) == ["low", "mid", "high"]


@settings(deadline=None)
@given(columns)
def test_classes_of_classes_are_the_same(column):
    assert class_names(column, other_after=5) == tuple(classes(column, other_after=5).cat.categories)
    once = classes(column, other_after=5)
    pd.testing.assert_series_equal(classes(once, other_after=5), once)


@settings(deadline=None)
@given(columns, st.data())
def test_a_sample_keeps_its_colours(column, data):
    whole = classes(column, other_after=5)
    rows = data.draw(st.lists(st.sampled_from(range(len(whole))), min_size=1))
    full, sample = mapping(whole), mapping(whole.iloc[rows])
    assert {name: full[name] for name in sample} == sample
    kept = tuple(whole.cat.categories)
    drawn = coloured(column.iloc[rows], Colouring("t", kind="category", kept=kept))[0]
    assert list(drawn) == list(whole.iloc[rows].astype(object).fillna(MISSING))


@settings(deadline=None)
@given(columns)
def test_every_class_has_a_colour_and_only_greys_are_shared(column):
    values, channel = coloured(column, Colouring("t", kind="category"))
    scale = channel.to_dict()["scale"]
    assert set(values) <= set(scale["domain"])
    assert len(set(map(str, scale["range"]))) == len(scale["range"]) <= 22


def test_palettes():
    assert list(mapping(named(8)).values())[:7] == list(OKABE_ITO[:7])
    assert mapping(named(8))["c7"] == {"expr": "ink"}  # black, or near-white on dark
    assert list(mapping(named(20)).values()) == list(PALETTE_20)


def test_beyond_twenty_the_frequent_stay():
    sizes = [1 if i < 6 else 3 for i in range(25)]
    colour = mapping(named(25, sizes))
    assert list(colour) == [*(f"c{i}" for i in range(6, 25)), OTHER]
    assert colour[OTHER] == OTHER_GREY
    values = coloured(named(25, sizes), Colouring("t"))[0]
    assert (values == OTHER).sum() == 6


def test_missing_is_grey():
    assert mapping(pd.Series(["a", None, "b"])) == {"a": OKABE_ITO[0], "b": OKABE_ITO[1], MISSING: MISSING_GREY}
    assert mapping(pd.Series([None, None])) == {MISSING: MISSING_GREY}


def test_numbers_span_their_scale():
    column = pd.Series([*np.linspace(0, 1, 99), 1000.0, np.nan, np.inf])
    values, channel = coloured(column, Colouring("alcohol"))
    assert channel.to_dict()["scale"]["domain"] == [0, 1000]
    assert values.isna().sum() == 2
    clipped = coloured(column, Colouring("alcohol", clip=(2, 98)))[1].to_dict()
    assert clipped["scale"]["domain"][1] < 1.1
    assert clipped["scale"]["clamp"]
    assert clipped["legend"]["title"] == "alcohol (clipped to 2–98 %, grey: missing)"


def test_forced_kinds():
    number = Colouring("t", kind="number")
    assert coloured(pd.Series(["1", "x", "3"]), number)[0].isna().tolist() == [False, True, False]
    assert coloured(pd.Series([0, 1]).astype("category"), number)[1].to_dict()["type"] == "quantitative"
    assert set(mapping(pd.Series([1.5, 2.5]), kind="category")) == {"1.5", "2.5"}


def test_dates():
    column = pd.Series(pd.to_datetime(["1970-01-02", None]))
    values, channel = coloured(column, Colouring("t"))
    assert values.tolist()[0] == 86_400_000
    assert "utcFormat" in channel.to_dict()["legend"]["labelExpr"]
    days = pd.DataFrame(
        {"mean_x": [0, 0.5], "mean_y": 0, "row_id": [0, 1], "t": pd.to_datetime(["2024-01-01", "2025-01-01"])}
    )
    drawn = export.render(figures.means(days, "t"), "svg").decode()
    ends = ["rgb({}, {}, {})".format(*bytes.fromhex(LIGHT.ramp[end][1:])) for end in (0, -1)]
    assert all(drawn.count(colour) > 1 for colour in ends)  # in the legend and on the map
    assert "2025-01-01" in drawn


@pytest.mark.parametrize(("side", "rows"), [(420, 1), (290, 2), (150, 4)])
def test_the_legend_of_classes_is_no_wider_than_the_plot(side, rows):
    points = pd.DataFrame({"mean_x": 0.0, "mean_y": 0.0, "row_id": range(10), "digit": list("0123456789")})
    spec = figures.means(points, "digit").standalone() | {"width": side, "height": side}
    drawn = vl_convert.vegalite_to_svg(spec)
    legend = drawn[drawn.index("role-legend-entry") :]
    place = r"translate\(([\d.]+),([\d.]+)\)[^>]*><path class=.background"
    entries = [(float(x), float(y)) for x, y in re.findall(place, legend)][1:11]  # after their own place
    assert len({y for _, y in entries}) == rows
    assert max(x for x, _ in entries) + 37 <= side  # which one of them takes


@pytest.mark.parametrize("side", [420, 290])
def test_the_name_above_a_legend_is_no_wider_than_the_plot(side):
    name = "a column whose name says at some length what it holds " * 3
    points = pd.DataFrame({"mean_x": 0.0, "mean_y": 0.0, "row_id": range(2), name: list("ab")})
    drawn = [
        vl_convert.vegalite_to_svg(figures.means(points, each).standalone() | {"width": side, "height": side})
        for each in (None, name)
    ]
    plain, titled = (int(re.search(r'width="(\d+)"', svg)[1]) for svg in drawn)
    assert "…" in drawn[1]
    assert titled == plain


def test_classes_with_an_order_get_the_steps_of_a_ramp_and_any_order_turns_round():
    steps = list(mapping(named(7), scheme="blue-red").values())
    assert steps == list(RAMPS["blue-red"])
    assert list(mapping(named(7), scheme="blue-red", reverse=True).values()) == steps[::-1]
    assert list(mapping(named(3), reverse=True).values()) == list(OKABE_ITO[:3][::-1])
    assert len(set(mapping(named(20), scheme="magma").values())) == 20


def test_numbers_have_their_scheme_either_way_round():
    column = pd.Series([-1.5, 4.0])
    scales = {scheme: scale_of(column, scheme=scheme) for scheme in RAMPS}
    assert scales["viridis"]["range"] == "ramp"  # of the light or of the dark mode
    assert scales["magma"]["range"] == list(RAMPS["magma"])
    assert scales["magma"]["domain"] == pytest.approx(np.linspace(-1.5, 4, 9))  # a place for each colour
    assert scale_of(column + 2, scheme="magma", log=True)["domain"] == pytest.approx(np.geomspace(0.5, 6, 9))
    assert scales["blue-red"]["domain"][::3] == [-4, 0, 4]  # 0 has the middle
    assert scale_of(column + 2, scheme="blue-red")["domain"][::6] == [0.5, 6]
    assert scale_of(column, reverse=True)["reverse"]
    with pytest.raises(ValueError, match="'okabe-ito' is for classes"):
        scale_of(column, scheme="okabe-ito")


def test_a_logarithmic_scale_leaves_out_what_has_no_logarithm_and_says_so():
    values, channel = coloured(pd.Series([-1.5, 0.0, 1.0, 100.0, np.nan]), Colouring("t", log=True))
    assert values.isna().tolist() == [True, True, False, False, True]
    assert channel.to_dict()["scale"]["domain"] == [1, 100]
    assert channel.to_dict()["legend"]["title"] == "t (grey: missing or not above 0)"
    with pytest.raises(ValueError, match="'t' holds dates"):
        coloured(pd.Series(pd.to_datetime(["1970-01-02"])), Colouring("t", log=True))


def test_a_colouring_is_written_as_python_that_makes_it_again():
    how = Colouring("it's", "number", scheme="magma", clip=(2, 98), log=True)
    assert repr(how) == """Colouring("it's", kind='number', scheme='magma', clip=(2, 98), log=True)"""
    assert eval(repr(how)) == how
    assert as_colouring("alcohol") == Colouring("alcohol")
    assert as_colouring(how, kind=None).scheme == "magma"


@pytest.mark.parametrize(
    "options",
    [{"kind": "numbers"}, {"scheme": "jet"}, {"clip": (98, 2)}, {"other_after": 1}, {"other_after": 21}],
)
def test_wrong_options_are_named(options):
    ((name, value),) = options.items()
    with pytest.raises(ValueError, match=re.escape(f"{name}={value!r}")):
        coloured(pd.Series(["a", "b"]), Colouring("t", **options))


def contrast(one, other):
    def luminance(colour):
        c = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]

    high, low = sorted([luminance(one), luminance(other)], reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mode", [LIGHT, DARK])
def test_text_passes_wcag_aa(mode):
    for ground in (mode.background, mode.surface):
        for text in (mode.text, mode.muted, mode.accent, mode.success, mode.warning, mode.error):
            assert contrast(text, ground) >= 4.5
    assert contrast(mode.on_accent, mode.accent) >= 4.5


@pytest.mark.parametrize("ramp", RAMPS)
@pytest.mark.parametrize("mode", [LIGHT, DARK])
def test_every_colour_of_a_ramp_can_be_seen(ramp, mode):
    assert all(contrast(colour, ground) > 1.4 for colour in RAMPS[ramp] for ground in (mode.background, mode.surface))
