"""Landscapes of columns against the same sums taken with all responsibilities at hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from igtm.engine.kernel import responsibilities
from igtm.maps import landscape, surfaces
from igtm.tables import samples, tables
from igtm.tables.tables import TableError

from .maps import fit


def make():
    """A map of 1,500 rows, more than a tile, with columns of every kind and holes."""
    rng = np.random.default_rng(0)
    n = 1500
    frame = pd.DataFrame(rng.standard_normal((n, 3)) @ rng.standard_normal((3, 3)), columns=["a", "b", "c"])
    hole = rng.random(n) < 0.2
    frame["amount"] = (5 + 2 * frame["a"] + rng.standard_normal(n)).mask(hole).mask(frame.index == 7, np.inf)
    frame["colour"] = pd.Series(np.where(frame["b"] > 0, "red", "blue")).mask(hole)
    frame["flag"] = frame["c"] > 0
    frame["day"] = (pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 99, n), "D")).where(~hole)
    frame["nothing"] = np.nan
    table = tables.from_frame(frame)
    roles = dict.fromkeys(frame, "ignored") | dict.fromkeys("abc", "feature")
    return fit(table.with_roles(roles), k=5)


def fit_of(fitted, frame):
    """The same map over a table with other columns."""
    return replace(fitted, table=tables.from_frame(frame))


fitted = pytest.fixture(scope="module")(make)


@pytest.fixture(scope="module")
def R(fitted):
    return responsibilities(fitted.model.manifold_, fitted.X)[0]


def test_density_is_the_mass_of_all_rows(fitted, R):
    density = surfaces.density(fitted)
    assert list(density) == ["node", "x", "y", "mass"]
    np.testing.assert_allclose(density["mass"], R.sum(axis=0))


def test_numbers_are_weighted_means_of_the_rows_with_a_value(fitted, R):
    found = surfaces.numbers(fitted, "amount", least=0)
    values = fitted.table.frame["amount"].to_numpy()
    there = np.isfinite(values)
    np.testing.assert_allclose(found["mass"], R[there].sum(axis=0))
    for node in range(25):
        mean = np.average(values[there], weights=R[there, node])
        assert found["mean"][node] == pytest.approx(mean)
        variance = np.average((values[there] - mean) ** 2, weights=R[there, node])
        assert found["spread"][node] == pytest.approx(variance**0.5)


def test_classes_are_shares_of_the_rows_with_a_class(fitted, R):
    found = surfaces.classes(fitted, "colour", least=0)
    column = fitted.table.frame["colour"]
    assert found["winner"].cat.categories.tolist() == ["blue", "red"]
    for i, name in enumerate(["blue", "red"]):
        expected = R[column == name].sum(axis=0) / R[column.notna()].sum(axis=0)
        np.testing.assert_allclose(found[f"p{i}"], expected)
    np.testing.assert_array_equal(found["winner"] == "red", found["p1"] > found["p0"])
    np.testing.assert_allclose(found["confidence"], found[["p0", "p1"]].max(axis=1))


def test_a_class_has_the_mean_of_its_indicator(fitted):
    of_class = surfaces.classes(fitted, "flag")
    assert of_class["winner"].cat.categories.tolist() == ["False", "True"]
    np.testing.assert_allclose(of_class["p1"], surfaces.numbers(fitted, "flag")["mean"], atol=1e-12)


def test_dates_have_a_mean_date_and_a_spread_in_days(fitted):
    found = surfaces.numbers(fitted, "day")
    column = fitted.table.frame["day"]
    assert found["mean"].dropna().between(column.min(), column.max()).all()
    days = fitted.table.frame.assign(day=(column - pd.Timestamp(0)) / surfaces.DAY)
    as_number = surfaces.numbers(fit_of(fitted, days), "day")
    np.testing.assert_allclose(found["spread"], as_number["spread"])


@pytest.mark.parametrize("least", [0.5, 20, 60])
def test_nodes_below_the_least_are_blank(fitted, least):
    numbers, classes = surfaces.numbers(fitted, "amount", least), surfaces.classes(fitted, "colour", least)
    np.testing.assert_array_equal(numbers["mean"].isna(), numbers["mass"] < least)
    np.testing.assert_array_equal(numbers["spread"].isna(), numbers["mass"] < least)
    for column in ("winner", "confidence", "p0", "p1"):
        np.testing.assert_array_equal(classes[column].isna(), classes["mass"] < least)


def test_a_column_of_holes_leaves_the_map_blank(fitted):
    numbers, classes = surfaces.numbers(fitted, "nothing", 0), surfaces.classes(fitted, "nothing", 0)
    assert (numbers["mass"] == 0).all()
    assert numbers[["mean", "spread"]].isna().all(axis=None)
    assert classes[["winner", "confidence"]].isna().all(axis=None)


def test_rare_classes_are_joined(fitted):
    frame = fitted.table.frame.assign(many=np.arange(1500) % 40)
    found = surfaces.classes(fit_of(fitted, frame.astype({"many": "str"})), "many", other_after=5)
    assert len(found["winner"].cat.categories) == 5
    assert found["winner"].eq("other").all()


@settings(deadline=None, max_examples=20)
@given(shift=st.floats(-1e6, 1e6), scale=st.floats(1e-3, 1e300))
def test_numbers_go_with_their_unit(fitted, shift, scale):
    frame = fitted.table.frame
    usual = surfaces.numbers(fitted, "amount")
    other = surfaces.numbers(fit_of(fitted, frame.assign(amount=(frame["amount"] + shift) * scale)), "amount")
    np.testing.assert_allclose(other["mean"] / scale, usual["mean"] + shift, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(other["spread"] / scale, usual["spread"], rtol=1e-6, atol=1e-8 * (1 + abs(shift)))


def test_node_sums_of_ones_are_the_mass(fitted, R):
    sums = landscape.node_sums(fitted.model.manifold_, fitted.X, np.zeros(1500), lambda part: np.ones((len(part), 1)))
    np.testing.assert_allclose(sums[:, 0], R.sum(axis=0))


def test_wrong_columns_are_named(fitted):
    with pytest.raises(TableError, match="no column 'price'"):
        surfaces.numbers(fitted, "price")
    with pytest.raises(TableError, match=r"'colour' holds no numbers.*surfaces\.classes"):
        surfaces.numbers(fitted, "colour")


def test_growers_hold_their_own_parts_of_the_map():
    found = surfaces.classes(fit(samples.load("wine")), "grower")
    assert set(found["winner"].dropna()) == {"grower 1", "grower 2", "grower 3"}
    assert np.average(found["confidence"].fillna(0), weights=found["mass"]) > 0.9
