"""Effect sizes agree with their definitions and with SciPy, and counts count every row."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from igtm.maps import comparison
from igtm.maps.selections import nothing, select
from igtm.tables import samples, tables


def table_of(**columns):
    frame = pd.DataFrame(columns)
    return tables.Table("test", frame, dict.fromkeys(frame, "ignored"))


@pytest.fixture(scope="module")
def wine():
    table = samples.load("wine")
    return table, comparison.digest(table), select((table.frame["grower"] == "grower 2").to_numpy(), 178, "grower 2")


def test_numbers_are_ranked_by_cliffs_delta(wine):
    table, columns, selection = wine
    ranked = comparison.compare(columns, selection).set_index("column")
    for name in table.features:
        a, b = (table.frame[name].to_numpy()[side.rows] for side in (selection, ~selection))
        assert ranked["delta"][name] == pytest.approx(np.sign(np.subtract.outer(a, b)).mean())
        pooled = np.sqrt((len(a) * a.var() + len(b) * b.var()) / (len(a) + len(b) - 2))
        assert ranked["difference"][name] == pytest.approx((a.mean() - b.mean()) / pooled)
        assert ranked["effect"][name] == abs(ranked["delta"][name])


def test_categories_are_ranked_by_their_shares(wine):
    _, columns, selection = wine
    ranked = comparison.compare(columns, selection)
    assert ranked["effect"].is_monotonic_decreasing
    first = ranked.iloc[0]
    assert first[["column", "class"]].tolist() == ["grower", "grower 2"]
    assert first[["effect", "difference", "selected", "others", "cramers_v"]].tolist() == pytest.approx(
        [1, 1, 1, 0, 1]
    )


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(-2, 2), st.booleans(), st.sampled_from("abc")), min_size=2, max_size=60))
def test_laws(rows):
    values, chosen, classes = zip(*rows, strict=True)
    table = table_of(x=np.array(values, dtype=float), c=pd.Categorical(classes))
    columns, selection = comparison.digest(table), select(np.array(chosen), len(rows), "drawn")
    there, back = (comparison.compare(columns, side).set_index("column") for side in (selection, ~selection))
    if not 0 < len(selection) < len(rows):
        assert there["effect"].isna().all()
        return
    np.testing.assert_allclose(there["effect"].sort_index(), back["effect"].sort_index())
    assert there["effect"].between(0, 1).all()
    assert there["delta"]["x"] == pytest.approx(-back["delta"]["x"])
    shares = pd.crosstab(np.array(chosen), np.array(classes), normalize="index")
    assert there["effect"]["c"] == pytest.approx((shares.loc[True] - shares.loc[False]).abs().sum() / 2)
    if shares.shape[1] > 1:
        crossed = pd.crosstab(np.array(chosen), np.array(classes)).to_numpy()
        assert there["cramers_v"]["c"] == pytest.approx(stats.contingency.association(crossed))


def test_two_selections_are_compared_with_each_other(wine):
    table, columns, _ = wine
    first, third = (select((table.frame["grower"] == f"grower {i}").to_numpy(), 178, "") for i in (1, 3))
    ranked = comparison.compare(columns, first, third).set_index("column")
    a, b = (table.frame["proline"][side.rows].mean() for side in (first, third))
    assert ranked.loc["proline", ["selected", "others"]].tolist() == pytest.approx([a, b])
    counted = comparison.counts(columns, first, third)
    assert counted[counted["column"] == "grower"][["selected", "whole"]].to_numpy().tolist() == [
        [59, 0],
        [0, 0],
        [0, 48],
    ]


def test_large_sides_are_sampled_close_to_the_whole():
    rng = np.random.default_rng(1)
    n = 200_000
    chosen = rng.random(n) < 0.3
    table = table_of(x=rng.normal(chosen * 0.5))
    found = comparison.compare(comparison.digest(table), select(chosen, n, ""))["delta"][0]
    assert found == pytest.approx(2 * stats.norm.cdf(0.5 / np.sqrt(2)) - 1, abs=0.03)


class TestCounts:
    """Histograms and bars."""

    def test_count_every_row_with_a_value_once(self, wine):
        table, columns, selection = wine
        counted = comparison.counts(columns, selection).groupby("column")
        assert (counted["whole"].sum() == 178).all()
        assert (counted["selected"].sum() == len(selection)).all()
        np.testing.assert_allclose(counted["selected_share"].sum(), 1)
        assert set(counted.groups) == set(table.frame)

    def test_bins_are_those_of_numpy(self, wine):
        table, columns, selection = wine
        counted = comparison.counts(columns, selection).query("column == 'ash'")
        whole, edges = np.histogram(table.frame["ash"], comparison.BINS)
        chosen, _ = np.histogram(table.frame["ash"][selection.rows], edges)
        assert counted["whole"].tolist() == whole.tolist()
        assert counted["selected"].tolist() == chosen.tolist()

    def test_kinds_of_columns(self):
        n = 400
        rng = np.random.default_rng(0)
        table = table_of(
            amount=np.append(np.full(n - 1, np.nan), 3.5),
            whole=np.arange(n) % 4 + 7,
            wide=np.append(rng.normal(size=n - 2), [1e6, np.inf]),
            flag=np.arange(n) % 2 == 0,
            ordered=pd.Categorical(["low"] * 3 + ["high"] * (n - 3), ["low", "never", "high"]),
            many=[f"c{min(i % 40, i // 10)}" for i in range(n)],
            text=[f"text {i}" for i in range(n)],
            day=pd.date_range("2020-01-01", periods=n),
            empty=np.full(n, np.nan),
            constant=5.25,
        )
        counted = comparison.counts(comparison.digest(table), nothing(n))
        labels = counted.groupby("column")["label"].apply(list)
        assert set(labels.index) == set(table.frame) - {"text", "empty"}
        assert labels["whole"] == ["7", "8", "9", "10"]
        assert labels["wide"][-1].endswith("and more")
        assert labels["flag"] == ["True", "False"]
        assert labels["ordered"] == ["low", "high"]
        assert labels["day"][0].startswith("2020-01-01 – ")
        assert len(labels["many"]) == 13
        assert labels["many"][-1] == "others (28)"
        assert counted.groupby("column")["whole"].sum().to_dict() == {
            **dict.fromkeys(set(labels.index), n),
            "amount": 1,
            "wide": n - 1,
        }
        assert (counted["selected"] == 0).all()
        assert (counted["selected_share"] == 0).all()

    def test_holes_do_not_count_anywhere(self):
        table = table_of(c=pd.Categorical(["a", None, "b", "a"]), x=[1.0, 2.0, np.nan, 4.0])
        columns, selection = comparison.digest(table), select([1, 2], 4, "")
        assert comparison.counts(columns, selection)["selected"].sum() == 2
        ranked = comparison.compare(columns, selection).set_index("column")
        assert ranked.loc["x", ["selected", "others"]].tolist() == [2, 2.5]
        assert ranked.loc["c", ["class", "difference"]].tolist() == ["a", -1]

    def test_a_constant_differs_by_nothing(self):
        table = table_of(x=np.full(6, 0.1), y=[0.0, 0, 0, 1, 1, 1])
        ranked = comparison.compare(comparison.digest(table), select([0, 1, 2], 6, "")).set_index("column")
        assert ranked.loc["x", ["effect", "difference"]].tolist() == [0, 0]
        assert ranked.loc["y", ["effect", "difference"]].tolist() == [1, -np.inf]
