"""Columns to numbers and back."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.base import clone

from igtm.tables.preprocessing import Recipe, columns_of, freeze, pipeline, recipe_of, thaw, to_original
from igtm.tables.tables import TableError, from_frame

VALUES = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))
MATRICES = hnp.arrays(np.float64, st.tuples(st.integers(3, 12), st.integers(2, 5)), elements=VALUES)
RECIPES = st.builds(
    Recipe,
    impute=st.sampled_from(["median", "most_frequent", "mean"]),
    scale=st.booleans(),
    one_hot=st.sampled_from([(), ("colour",)]),
    n_components=st.integers(0, 2),
)


@pytest.fixture
def mixed():
    n = 12
    frame = pd.DataFrame(
        {
            "x": np.linspace(-3, 8, n),
            "holes": [1.0, np.nan, np.inf, 4.0] * 3,
            "count": pd.array([1, None, 3, 4] * 3, dtype="Int64"),
            "flag": [True, False, False] * 4,
            "maybe": pd.array([True, None, False] * 4, dtype="boolean"),
            "colour": ["red", "blue", None, "red"] * 3,
        }
    )
    return from_frame(frame, "mixed")


def matrix_table(X):
    """A table of all columns of X, constants included, and of colours."""
    frame = pd.DataFrame(X, columns=[f"x{i}" for i in range(X.shape[1])])
    roles = dict.fromkeys(frame.columns, "feature")
    frame["colour"] = (["red", "blue", "red"] * len(X))[: len(X)]
    return from_frame(frame).with_roles(roles | {"colour": "label"})


def test_the_matrix_is_dense_finite_and_scaled(mixed):
    X = pipeline(mixed, Recipe()).fit_transform(mixed.frame)
    assert type(X) is np.ndarray
    assert (X.shape, X.dtype) == ((12, 5), np.float64)
    assert np.isfinite(X).all()
    assert np.allclose(X.mean(axis=0), 0)
    assert np.allclose(X.std(axis=0), 1)


@pytest.mark.parametrize(("impute", "expected"), [("median", 2.5), ("mean", 2.5), ("most_frequent", 1.0)])
def test_missing_and_infinite_numbers_are_imputed(mixed, impute, expected):
    steps = pipeline(mixed, Recipe(impute, scale=False)).fit(mixed.frame)
    X = steps.transform(mixed.frame)
    assert X[:4, 1].tolist() == [1.0, expected, expected, 4.0]


def test_one_hot_columns_become_features(mixed):
    steps = pipeline(mixed, Recipe(one_hot=("colour",))).fit(mixed.frame)
    X = steps.transform(mixed.frame)
    assert X.shape == (12, 8)
    assert columns_of(steps) == ["x", "holes", "count", "flag", "maybe", "colour"]
    back = to_original(steps, X)
    assert list(back.columns[5:]) == ["colour=(missing)", "colour=blue", "colour=red"]
    assert back["colour=red"].tolist() == [1, 0, 0, 1] * 3
    unseen = steps.transform(mixed.frame.assign(colour="green"))
    assert not unseen[:, 5:].any()


def test_a_feature_can_be_one_hot_encoded_instead(mixed):
    steps = pipeline(mixed, Recipe(one_hot=("count", "flag"))).fit(mixed.frame)
    assert list(to_original(steps, steps.transform(mixed.frame)).columns) == [
        *("x", "holes", "maybe", "count=(missing)", "count=1", "count=3", "count=4", "flag=False", "flag=True")
    ]


def test_only_categories():
    table = from_frame(pd.DataFrame({"colour": ["red", "blue"] * 3}))
    steps = pipeline(table, Recipe(one_hot=("colour",))).fit(table.frame)
    X = steps.transform(table.frame)
    assert X.tolist() == [[0, 1], [1, 0]] * 3
    meta, arrays = freeze(steps)
    assert arrays == {}
    assert to_original(thaw(meta, arrays), X).equals(to_original(steps, X))


def test_prototypes_come_back_in_original_units(mixed):
    steps = pipeline(mixed, Recipe(one_hot=("colour",), n_components=2)).fit(mixed.frame)
    prototypes = np.zeros((9, 2), dtype=np.float32)
    back = to_original(steps, prototypes)
    assert back.shape == (9, 8)
    assert np.allclose(back["x"], mixed.frame["x"].mean())
    assert np.allclose(back["flag"], mixed.frame["flag"].mean())


def test_other_columns_and_their_order_do_not_matter(mixed):
    steps = pipeline(mixed, Recipe()).fit(mixed.frame)
    other = mixed.frame[mixed.frame.columns[::-1]].assign(more="text")
    assert np.array_equal(steps.transform(other), steps.transform(mixed.frame))


def test_recipes_are_remembered(mixed):
    recipe = Recipe("mean", scale=False, one_hot=["colour"], n_components=3)
    steps = pipeline(mixed, recipe)
    assert recipe_of(steps) == recipe_of(clone(steps)) == recipe_of(steps.fit(mixed.frame)) == recipe


@settings(deadline=None)
@given(X=MATRICES, scale=st.booleans())
def test_the_way_back_undoes_the_way_there(X, scale):
    table = matrix_table(X)
    steps = pipeline(table, Recipe(scale=scale)).fit(table.frame)
    back = to_original(steps, steps.transform(table.frame))
    assert list(back.columns) == table.features
    assert np.allclose(back, X, rtol=1e-9, atol=1e-9 * (1 + np.abs(X).max()))


@settings(deadline=None)
@given(X=MATRICES, recipe=RECIPES)
def test_frozen_pipelines_thaw_bit_for_bit(X, recipe, tmp_path_factory):
    X[0] += np.arange(1, X.shape[1] + 1)
    table = matrix_table(X)
    steps = pipeline(table, recipe).fit(table.frame)
    meta, arrays = freeze(steps)
    path = tmp_path_factory.mktemp("frozen") / "arrays.npz"
    np.savez(path, **arrays)
    with np.load(path, allow_pickle=False) as stored:
        thawed = thaw(json.loads(json.dumps(meta)), stored)
    expected = steps.transform(table.frame)
    assert np.array_equal(thawed.transform(table.frame), expected)
    assert to_original(thawed, expected).equals(to_original(steps, expected))
    assert recipe_of(thawed) == recipe
    assert freeze(thawed)[0] == meta


@pytest.mark.parametrize(
    ("meta_changes", "array_changes"),
    [
        ({"recipe": None}, {}),
        ({"recipe": {"impute": "guess"}}, {}),
        ({"recipe": {"colour": 1}}, {}),
        ({"numbers": 3}, {}),
        ({"numbers": ["x"]}, {}),
        ({"categories": {"colour": []}}, {}),
        ({"categories": {"colour": ["red", "blue"]}}, {}),
        ({"categories": {"colour": [1, 2]}}, {}),
        ({"categories": {}}, {}),
        ({}, {"scale.mean_": None}),
        ({}, {"scale.mean_": np.zeros(3)}),
        ({}, {"scale.mean_": np.full(5, np.nan)}),
        ({}, {"pca.components_": np.zeros((2, 5))}),
        ({}, {"impute.statistics_": np.array(["a"] * 5)}),
    ],
)
def test_damaged_parts_are_refused(mixed, meta_changes, array_changes):
    recipe = Recipe(one_hot=("colour",), n_components=2)
    meta, arrays = freeze(pipeline(mixed, recipe).fit(mixed.frame))
    changed = {key: value for key, value in (arrays | array_changes).items() if value is not None}
    with pytest.raises(ValueError, match="stored preprocessing is damaged"):
        thaw(meta | meta_changes, changed)
    with pytest.raises(ValueError, match="stored preprocessing is damaged"):
        thaw({}, arrays)


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        ({"impute": "zero"}, "impute is 'zero'. Choose one of: median"),
        ({"n_components": -1}, "n_components is -1"),
        ({"n_components": 1.5}, "n_components is 1.5"),
        ({"n_components": 6}, "n_components is 6, and the table allows 5"),
        ({"one_hot": ("height",)}, r"no columns \['height'\]"),
        ({"one_hot": ("colour", "colour")}, "twice"),
    ],
)
def test_recipes_that_make_no_sense(mixed, recipe, words):
    with pytest.raises(TableError, match=words):
        pipeline(mixed, Recipe(**recipe))


def test_tables_that_cannot_be_made_numbers(mixed):
    with pytest.raises(TableError, match="no feature"):
        pipeline(mixed.with_roles(dict.fromkeys(mixed.features, "ignored")), Recipe())
    frame = pd.DataFrame({"gone": [np.nan, np.inf], "big": [1.0, 1e200]})
    with pytest.raises(TableError, match=r"\['gone'\] have no finite value"):
        pipeline(from_frame(frame).with_roles(gone="feature"), Recipe())
    with pytest.raises(TableError, match=r"\['big'\] have values beyond 1e\+100"):
        pipeline(from_frame(frame).with_roles(gone="ignored"), Recipe())
    words = from_frame(pd.DataFrame({"word": [f"w{i}" for i in range(300)], "x": np.linspace(0, 1, 300)}))
    with pytest.raises(TableError, match="'word' has 300 different values; at most 100"):
        pipeline(words, Recipe(one_hot=("word",)))
