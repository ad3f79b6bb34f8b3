"""New rows on a fitted map: where the fitted ones would lie, and what doesn't match is said."""

from io import BytesIO

import numpy as np
import pandas as pd
import pytest

from igtm.charts import figures
from igtm.maps import projection, table_map
from igtm.maps.table_map import fit
from igtm.tables import samples, tables
from igtm.tables.preprocessing import Recipe
from igtm.tables.tables import TableError


@pytest.fixture(scope="module")
def wine():
    return fit(samples.load("wine"), k=6, niter=15)


@pytest.fixture(scope="module")
def mixed():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(90, 3)), columns=["a", "b", "c"])
    frame["kind"] = np.array(["red", "green"])[(frame["a"] > 0).astype(int)]
    frame["name"] = [f"row {i}" for i in range(90)]
    table = tables.from_frame(frame).with_roles(kind="label", name="identifier")
    return fit(table, Recipe(one_hot=("kind",)), k=5, niter=10)


def again(fitted, **changes):
    return tables.from_frame(fitted.table.frame.assign(**changes), "new.csv")


def test_the_fitted_rows_come_to_lie_where_they_are(wine):
    found = projection.project(wine, again(wine))
    pd.testing.assert_frame_equal(found.points[list(wine.points)], wine.points)
    assert found.notes == []
    assert found.points["percentile"].rank().tolist() == found.points["log_likelihood"].rank().tolist()
    assert found.points["novel"].sum() == 2  # the lowest 1 % of 178
    assert found.table.roles == wine.table.roles


def test_columns_are_matched_by_name_in_any_order_and_extra_ones_are_said(wine):
    frame = wine.table.frame.iloc[[9, 3], ::-1].reset_index(drop=True).assign(extra="text")
    found = projection.project(wine, tables.from_frame(frame, "two"))
    columns = ["mean_x", "mean_y", "log_likelihood"]
    np.testing.assert_allclose(found.points[columns], wine.points[columns].iloc[[9, 3]], atol=1e-9)
    assert found.notes == ["Column 'extra' not in the fitted table: left out of the map."]
    assert found.table.roles["extra"] == "ignored"


def test_a_row_far_off_is_novel(wine):
    frame = wine.table.frame.head(2).copy()
    frame.iloc[1, :13] *= 5
    points = projection.project(wine, tables.from_frame(frame)).points
    assert points["novel"].tolist() == [False, True]
    assert points["percentile"][1] == 0


def test_missing_columns_are_an_error_with_a_remedy_or_filled_in_and_said(wine):
    frame = wine.table.frame.drop(columns=["ash", "magnesium"])
    with pytest.raises(
        TableError, match=r"'new' lacks 2 columns 'ash', 'magnesium'.*let missing columns be filled in"
    ):
        projection.project(wine, tables.from_frame(frame, "new"))
    found = projection.project(wine, tables.from_frame(frame, "new"), fill_missing=True)
    assert found.notes == ["2 columns 'ash', 'magnesium' missing: filled in (median of the fitted rows)."]
    medians = wine.table.frame[["ash", "magnesium"]].median()
    same = projection.project(wine, again(wine, **medians))
    np.testing.assert_allclose(found.X, same.X)


def test_a_table_without_any_of_the_columns_is_refused(wine):
    with pytest.raises(TableError, match=r"lacks 13 columns.*Give a table with the columns of the fitted one"):
        projection.project(wine, samples.load("iris"), fill_missing=True)


def test_text_where_numbers_were_is_named(wine):
    with pytest.raises(TableError, match=r"Column 'ash' of 'new.csv' must hold numbers"):
        projection.project(wine, again(wine, ash="text"))


def test_holes_and_unseen_values_are_said(mixed):
    kind = mixed.table.frame["kind"].astype("str").where(np.arange(90) > 3, "blue")
    table = again(mixed, kind=kind, b=mixed.table.frame["b"].where(np.arange(90) % 30 > 0))
    found = projection.project(mixed, table)
    assert found.notes == [
        "3 of 90 values of 'b' missing: filled in (median).",
        "4 of 90 values of 'kind' not seen in the fit ('blue'): no class.",
    ]
    assert np.isfinite(found.X).all()


def test_a_one_hot_column_may_be_missing(mixed):
    table = tables.from_frame(mixed.table.frame.drop(columns="kind"))
    found = projection.project(mixed, table, fill_missing=True)
    assert (found.X[:, -2:] == 0).all()
    assert found.notes == ["Column 'kind' missing: no class."]


def test_coordinates_are_ready_for_export(mixed):
    found = projection.project(mixed, again(mixed))
    frame = projection.coordinates(found, "kind")
    first, *rest = frame.columns
    assert first == "name"
    added = ["percentile", "novel", "nearest_class", "probability"]
    assert rest == [*mixed.points, *added]
    assert frame["name"].tolist() == mixed.table.frame["name"].tolist()
    assert list(projection.coordinates(found)) == list(frame)[:-2]
    assert len(pd.read_csv(BytesIO(table_map.csv(frame)))) == 90


def test_nearest_classes_are_those_of_the_neighbourhood(wine):
    found = projection.nearest_class(projection.project(wine, again(wine)), "grower")
    assert (found["nearest_class"].astype("str") == wine.table.frame["grower"].astype("str")).mean() > 0.9
    assert found["probability"].between(1 / 3, 1).all()


def test_the_figure_draws_them_apart(wine):
    found = projection.project(wine, tables.from_frame(wine.table.frame.head(5)))
    figure = figures.new_rows(wine.points, found.points)
    assert len(figure.data["fitted"]) == 178
    assert figure.data["new"]["row_id"].tolist() == [0, 1, 2, 3, 4]
    assert set(figure.data["new"]["color"]) <= {"like the fitted rows", "novel"}
