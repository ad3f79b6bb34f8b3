"""Figures as tables: what is written at the marks, and nothing else."""

import numpy as np
import pytest

from igtm.charts import figures
from igtm.charts.as_table import as_tables

from . import chart_data as sample
from .test_figures import FIGURES


@pytest.mark.parametrize("name", sorted(FIGURES.keys() - {"pictures"}))
def test_every_figure_has_a_table_with_words_for_columns(name):
    tables = as_tables(FIGURES[name]())
    assert tables, name
    for table in tables.values():
        assert len(table) > 0
        assert not {"x0", "x1", "y0", "y1", "c0", "image"} & set(table)


def test_the_table_of_a_map_has_its_points_where_they_are_drawn():
    points = sample.points()
    table = as_tables(figures.means(points, "class", ["amount"], nodes=sample.grid(5)))["points"]
    assert list(table) == ["row", "node", "class", "amount", "map x", "map y"]
    assert np.array_equal(table[["map x", "map y"]], points[["mean_x", "mean_y"]])


def test_a_backdrop_is_a_table_of_its_own():
    cells = figures.landscape(sample.values(), "amount")
    tables = as_tables(figures.with_backdrop(figures.means(sample.points(), nodes=sample.grid(5)), cells))
    assert set(tables) == {"nodes", "points"}
    assert {"node", "map x", "map y"} < set(tables["nodes"])
    assert len(tables["nodes"]) == len(cells.data["nodes"])


def test_data_under_any_name_stays_in_its_column():
    table = as_tables(figures.means(sample.hostile(), "class", sample.HOSTILE))["points"]
    assert len(table.columns) == len({*sample.HOSTILE, "class"}) + 4
