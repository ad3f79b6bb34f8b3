"""Column names, kinds and roles."""

import datetime
import decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from igtm.tables.columns import unique_names
from igtm.tables.tables import MAX_COLUMNS, TableError, describe, from_frame, safe_name


@pytest.fixture
def flowers():
    n = 40
    rng = np.random.default_rng(0)
    return from_frame(
        pd.DataFrame(
            {
                "id": range(7, 7 + n),
                "length": rng.normal(5, 1, n),
                "opened": [True, False] * 20,
                "species": ["lily", "rose"] * 20,
                "class": [0, 1, 2, 3] * 10,
                "note": [f"seen at place {i % 30}" for i in range(n)],
                "day": pd.date_range("2024-01-01", periods=n),
                "empty": [None] * n,
                "constant": 3.0,
            }
        ),
        "flowers",
    )


def test_roles_are_guessed_from_what_columns_hold(flowers):
    assert flowers.roles == {
        "id": "identifier",
        "length": "feature",
        "opened": "feature",
        "species": "label",
        "class": "label",
        "note": "ignored",
        "day": "ignored",
        "empty": "ignored",
        "constant": "ignored",
    }
    assert flowers.features == ["length", "opened"]
    assert flowers.labels == ["species", "class"]
    assert flowers.identifier == "id"


def test_describe_has_one_row_a_column(flowers):
    rows = describe(flowers).set_index("column")
    assert rows["kind"].to_list() == [
        *("number", "number", "boolean", "category", "number"),
        *("text", "date", "text", "number"),
    ]
    assert rows.loc["id", "range"] == "7 – 46"
    assert rows.loc["day", "range"] == "2024-01-01 – 2024-02-09"
    assert rows.loc["species", "range"] == "lily, rose"
    assert rows.loc["empty", ["missing", "distinct", "range"]].to_list() == [1.0, 0, ""]
    assert rows["distinct"].to_list() == [40, 40, 2, 2, 4, 30, 40, 0, 1]


def test_missing_and_infinite_values_are_counted():
    rows = describe(from_frame(pd.DataFrame({"x": [1.0, np.nan, np.inf, np.inf]})))
    assert rows.loc[0, ["missing", "distinct", "range"]].to_list() == [0.25, 2, "1 – inf"]


def test_names_identify_when_nothing_else_does():
    table = from_frame(pd.DataFrame({"who": ["Ann", "Bo", "Cy"], "year": [2001, 2002, 2003]}))
    assert table.identifier == "who"
    assert table.features == ["year"], "a counter stays a feature where there is no other"


def test_a_single_counter_can_be_mapped():
    assert from_frame(np.arange(5)).features == ["column_1"]


def test_long_strings_do_not_identify():
    table = from_frame(pd.DataFrame({"x": [0.5, 0.2], "abstract": ["long " * 30, "longer " * 30]}))
    assert table.identifier is None


def test_a_named_index_is_kept_as_a_column():
    frame = pd.DataFrame({"x": [0.5, 0.2, 0.9]}, index=pd.Index(["a", "b", "c"], name="sample"))
    table = from_frame(frame)
    assert table.identifier == "sample"
    assert table.frame.index.equals(pd.RangeIndex(3))
    assert table.frame["sample"].to_list() == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([decimal.Decimal("1.5"), None, decimal.Decimal("2.5")], "number"),
        (pd.array([1, None, 3], dtype="Int64"), "number"),
        (np.array([1.5, None, pd.NA], dtype=object), "number"),
        ([True, None, False], "boolean"),
        ([datetime.date(2024, 1, 1), None, datetime.date(2024, 1, 2)], "date"),
        (pd.date_range("2024", periods=3, tz="Europe/Berlin"), "date"),
        (pd.Categorical(["low", "high", "low"], ["low", "mid", "high"]), "category"),
        (pd.Categorical([1, 2, 3]), "text"),
        ([1, "two", 3.0], "text"),
        ([[1, 2], {"a": 1}, None], "text"),
        ([np.zeros(2), np.ones(2), None], "text"),
        ([1j, 2j, 3j], "text"),
        (pd.to_timedelta([1, 2, 3], unit="s"), "text"),
        ([None, None, None], "text"),
    ],
)
def test_any_objects_become_plain_columns(values, expected):
    table = from_frame(pd.DataFrame({"x": [0.1, 0.2, 0.4], "v": values}))
    assert describe(table)["kind"][1] == expected
    assert "x" in table.features


def test_unordered_categories_are_labels():
    table = from_frame(pd.DataFrame({"x": [0.1, 0.2], "c": pd.Categorical(["b", "a"], ["b", "a"])}))
    assert table.labels == ["c"]


def test_with_roles_returns_another_table(flowers):
    changed = flowers.with_roles({"class": "feature"}, note="label")
    assert changed.features == ["length", "opened", "class"]
    assert changed.labels == ["species", "note"]
    assert flowers.roles["class"] == "label"


def test_a_new_identifier_takes_the_place_of_the_old(flowers):
    changed = flowers.with_roles(note="identifier")
    assert (changed.identifier, changed.roles["id"]) == ("note", "ignored")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"height": "feature"}, "no column 'height'"),
        ({"length": "target"}, "'target'. Choose one of: feature, label"),
        ({"species": "feature"}, "'species' holds category values.*one-hot"),
        ({"species": "identifier", "note": "identifier"}, "Keep one"),
    ],
)
def test_roles_that_do_not_fit_are_refused(flowers, changes, words):
    with pytest.raises(TableError, match=words):
        flowers.with_roles(changes)


@pytest.mark.parametrize("data", [pd.DataFrame(), pd.DataFrame({"x": []}), np.empty((0, 3)), np.empty((3, 0))])
def test_nothing_is_no_table(data):
    with pytest.raises(TableError, match="no rows"):
        from_frame(data)


def test_too_many_columns_or_dimensions():
    with pytest.raises(TableError, match=r"60,000 columns; at most 5,000"):
        from_frame(np.zeros((2, 60_000)))
    with pytest.raises(TableError, match="3 dimensions"):
        from_frame(np.zeros((2, 2, 2)))


def test_the_widest_table_is_described():
    table = from_frame(np.random.default_rng(0).normal(size=(50, MAX_COLUMNS)))
    assert len(describe(table)) == len(table.features) == MAX_COLUMNS


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/x.csv", "x.csv"),
        ("C:\\data\\x.csv", "x.csv"),
        ("a\x00b\n.csv", "a b .csv"),
        ("<script>.csv", "<script>.csv"),
        ("..", "table"),
        ("", "table"),
    ],
)
def test_safe_names(name, expected):
    assert safe_name(name) == expected


@given(st.text())
def test_safe_names_have_no_folders_and_stay_as_they_are(name):
    safe = safe_name(name)
    assert safe
    assert not set(safe) & set("/\\\0\n\r")
    assert safe_name(safe) == safe


@given(st.lists(st.sampled_from(["", "x", "x_2", "x_3", " x", 1, "1", ("a", "b")])))
def test_column_names_become_distinct(names):
    unique = unique_names(names)
    assert len(set(unique)) == len(unique) == len(names)
    assert all(unique)
    assert unique_names(unique) == unique


def test_repeated_column_names_are_numbered():
    frame = pd.DataFrame([[1.0, 2.0, 3.0]], columns=["x", "x", "x_2"])
    assert list(from_frame(frame).frame.columns) == ["x", "x_3", "x_2"]
