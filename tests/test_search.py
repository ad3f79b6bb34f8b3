"""A search finds what a reader of the table would."""

import numpy as np
import pandas as pd
import pytest

from igtm.maps import search
from igtm.tables import tables


@pytest.fixture(scope="module")
def table():
    frame = pd.DataFrame(
        {
            "note": ["about K-17", "plain", "A.B", None, "k-1 again"],
            "name": ["K-1", "K-17", "L-2", "M-3", "N-17"],
            "amount": [17.0, 1.5, np.nan, -3.0, 0.1 + 0.2],
            "count": [17, 2, 3, 4, 5],
            "kind": pd.Categorical(["red", "green", "red", None, "dark red"]),
            "flag": [True, False, True, False, False],
            "day": pd.to_datetime(
                ["2024-05-31 10:00", "2024-05-31 00:00", "2024-06-01 08:00", None, "2023-01-01 00:00"]
            ),
        }
    )
    return tables.from_frame(frame).with_roles(name="identifier", note="ignored")


def rows(table, query, **options):
    return search.find(table, query, **options).frame["row_id"].tolist()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("k-1", [0, 1, 4]),  # the identifier itself first, then identifiers with it, then others
        ("a.b", [2]),
        ("17", [0, 1, 4]),
        ("1.50", [1]),
        ("-3", [3]),
        ("red", [0, 2, 4]),
        ("TRUE", [0, 2]),
        ("2024-05-31", [0, 1]),
        ("none", []),
        (" ", []),
        ("(", []),
    ],
)
def test_finds_text_anywhere_numbers_that_are_equal_and_days(table, query, found):
    assert rows(table, query) == found


def test_says_where(table):
    frame = search.find(table, "17").frame
    assert frame.to_numpy().tolist() == [[0, "amount", "17.0"], [1, "name", "K-17"], [4, "name", "N-17"]]


def test_is_bounded_but_selects_all(table):
    found = search.find(table, "k-1", limit=2)
    assert found.frame["row_id"].tolist() == [0, 1]
    assert found.selection.rows.tolist() == [0, 1, 4]
    assert found.selection.origin == "search 'k-1'"
    assert list(search.find(table, "zzz").frame) == search.COLUMNS


def test_every_row_of_a_large_table_is_found_by_its_identifier():
    frame = pd.DataFrame({"id": [f"row {i:03}" for i in range(300)], "x": np.arange(300.0)})
    table = tables.from_frame(frame).with_roles(id="identifier")
    assert [rows(table, name) for name in frame["id"]] == [[i] for i in range(300)]
