"""From a table's feature columns to a matrix of numbers and back: a scikit-learn pipeline that a recipe describes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from igtm.tables import molecules
from igtm.tables.columns import MAX_CATEGORIES, unique_names
from igtm.tables.tables import Table, TableError

__all__ = [
    "MISSING",
    "Recipe",
    "categories_of",
    "columns_of",
    "freeze",
    "pipeline",
    "recipe_of",
    "thaw",
    "to_original",
]

Impute = Literal["median", "most_frequent", "mean"]

_HUGE = 1e100  # squares of larger values overflow
MISSING = "(missing)"
# As a function the median takes a sixth of the time of SimpleImputer's own, which sorts a masked copy.
_STRATEGIES = {"median": np.median, "most_frequent": "most_frequent", "mean": "mean"}


@dataclass(frozen=True)
class Recipe:
    """How columns become numbers.

    Parameters
    ----------
    impute : {"median", "most_frequent", "mean"}, default "median"
        What takes the place of missing and infinite numbers, by column.
    scale : bool, default True
        Whether numbers are brought to mean 0 and variance 1.
    one_hot : tuple of str, default ()
        Columns, of any role, that become one column of 0 and 1 for each of their values.
    fingerprints : tuple of str, default ()
        Columns of SMILES, of any role, that become the 1024 bits of a Morgan fingerprint of radius 2; needs RDKit.
    n_components : int, default 0
        Principal components to keep; 0 leaves the columns as they are.

    Raises
    ------
    TableError
        If an argument has no meaning.
    """

    impute: Impute = "median"
    scale: bool = True
    one_hot: tuple[str, ...] = ()
    n_components: int = 0
    fingerprints: tuple[str, ...] = ()

    def width(self, table: Table) -> int:
        """About how many columns a table has when it is prepared, before principal components."""
        features = len({*table.features, *self.one_hot} - set(self.fingerprints))
        return features + molecules.N_BITS * len(self.fingerprints)

    def __post_init__(self):
        object.__setattr__(self, "one_hot", tuple(self.one_hot))
        object.__setattr__(self, "fingerprints", tuple(self.fingerprints))
        if self.impute not in get_args(Impute):
            raise TableError(f"impute is {self.impute!r}. Choose one of: {', '.join(get_args(Impute))}.")
        if not isinstance(self.n_components, int) or self.n_components < 0:
            raise TableError(f"n_components is {self.n_components!r}. Give a whole number; 0 means no PCA.")
        if len(set(self.one_hot)) < len(self.one_hot):
            raise TableError(f"one_hot names a column twice: {list(self.one_hot)}. Name each once.")
        if len({*self.one_hot, *self.fingerprints}) < len(self.one_hot) + len(self.fingerprints):
            raise TableError(f"fingerprints names a column twice, or one of one_hot: {list(self.fingerprints)}.")


def pipeline(table: Table, recipe: Recipe = Recipe()) -> Pipeline:
    """Return the pipeline, not yet fitted, that makes a matrix of a table's frame.

    Parameters
    ----------
    table : Table
        Its features, and the columns in ``recipe.one_hot`` and ``recipe.fingerprints``, become numbers.
    recipe : Recipe, default Recipe()

    Returns
    -------
    sklearn.pipeline.Pipeline
        Fit it on ``table.frame``, transform any frame with these columns: float64 of shape (n_rows, n_out), finite.
        A value that one-hot encoding has not seen, or that is no molecule, gives zeros.

    Raises
    ------
    TableError
        If there is no feature, a feature has no finite value, a value is too large, a column to one-hot encode does
        not exist or has more than 100 different values, there are fewer rows or columns than components, or RDKit is
        needed and missing.
    """
    frame = table.frame
    if unknown := [column for column in recipe.one_hot if column not in frame.columns]:
        raise TableError(f"There are no columns {unknown} to one-hot encode. Choose existing columns.")
    if unknown := [column for column in recipe.fingerprints if column not in frame.columns]:
        raise TableError(f"There are no columns {unknown} to make fingerprints of. Choose existing columns.")
    for column in recipe.fingerprints:
        molecules.check(frame[column])
    numbers = [column for column in table.features if column not in {*recipe.one_hot, *recipe.fingerprints}]
    if not numbers and not recipe.one_hot and not recipe.fingerprints:
        raise TableError(
            f"{table.name!r} has no feature. Make a column of numbers a feature, or one-hot encode a category."
        )
    _check_numbers(frame[numbers])
    categories = {column: pd.unique(_as_strings(frame[[column]])[:, 0]).size for column in recipe.one_hot}
    for column, distinct in categories.items():
        if distinct > MAX_CATEGORIES:
            raise TableError(
                f"Column {column!r} has {distinct:,} different values; at most {MAX_CATEGORIES} are one-hot encoded. "
                "Leave it out, or join rare values."
            )
    most = min(len(frame), len(numbers) + sum(categories.values()) + molecules.N_BITS * len(recipe.fingerprints))
    if recipe.n_components > most:
        raise TableError(f"n_components is {recipe.n_components}, and the table allows {most}. Give fewer.")
    return _build(numbers, recipe)


def recipe_of(pipeline: Pipeline) -> Recipe:
    """Return the recipe that a pipeline was made by."""
    numbers, _ = _part(pipeline, "numbers")
    _, one_hot = _part(pipeline, "categories")
    strategy = numbers["impute"].strategy
    return Recipe(
        impute=next(name for name, value in _STRATEGIES.items() if value == strategy),
        scale="scale" in numbers.named_steps,
        one_hot=tuple(one_hot),
        n_components=pipeline["pca"].n_components if "pca" in pipeline.named_steps else 0,
        fingerprints=tuple(_part(pipeline, "molecules")[1]),
    )


def columns_of(pipeline: Pipeline) -> list[str]:
    """Return the names of the columns of a frame that a pipeline reads, numbers first."""
    return [column for part in ("numbers", "categories", "molecules") for column in _part(pipeline, part)[1]]


def categories_of(pipeline: Pipeline) -> dict[str, list[str]]:
    """Return the values, as text, that a fitted pipeline knows of each one-hot encoded column."""
    steps, columns = _part(pipeline, "categories")
    return dict(zip(columns, map(list, steps["one_hot"].categories_), strict=True)) if columns else {}


def to_original(pipeline: Pipeline, X: np.ndarray) -> pd.DataFrame:
    """Bring points, such as prototypes, back to the units of the table.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        A fitted pipeline of this module.
    X : array-like of shape (n_points, n_out)
        Points in the space that it transforms to.

    Returns
    -------
    pandas.DataFrame of shape (n_points, n_columns)
        Floats: one column for each number; for a boolean, the share of true; for each value of a one-hot encoded
        column, its share, called "column=value"; for each bit of a fingerprint, its share, called "column bit 17".
        The way back is linear, so a share can fall outside 0 to 1.
    """
    X = np.asarray(X, dtype=np.float64)
    if "pca" in pipeline.named_steps:
        X = pipeline["pca"].inverse_transform(X)
    branch, numbers = _part(pipeline, "numbers")
    values, shares = X[:, : len(numbers)], X[:, len(numbers) :]
    if numbers and "scale" in branch.named_steps:
        values = branch["scale"].inverse_transform(values)
    names = [f"{column}={value}" for column, found in categories_of(pipeline).items() for value in found]
    names += [f"{column} bit {i}" for column in _part(pipeline, "molecules")[1] for i in range(molecules.N_BITS)]
    return pd.DataFrame(np.hstack([values, shares]), columns=unique_names([*numbers, *names]))


def freeze(pipeline: Pipeline) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Take a fitted pipeline apart into what a file without pickles can hold.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        A fitted pipeline of this module.

    Returns
    -------
    meta : dict
        Can be written as JSON.
    arrays : dict of str to numpy.ndarray
        Float64. `thaw` makes of both a pipeline that transforms identically.
    """
    recipe, numbers, categories = recipe_of(pipeline), _part(pipeline, "numbers")[1], categories_of(pipeline)
    meta = {"recipe": asdict(recipe), "numbers": list(numbers), "categories": categories}
    learned = _learned(recipe, len(numbers), categories)
    arrays = {key: getattr(_step(pipeline, key), key.split(".")[1]) for key in learned}
    return meta, arrays


def thaw(meta: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Pipeline:
    """Put a pipeline together again.

    Parameters
    ----------
    meta, arrays
        As returned by `freeze`; further arrays are left alone.

    Returns
    -------
    sklearn.pipeline.Pipeline
        Fitted.

    Raises
    ------
    ValueError
        If the parts are incomplete or do not fit together.
    """
    try:
        return _assemble(meta, arrays)
    except molecules.NoRDKit:
        raise
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"The stored preprocessing is damaged ({error}). Save the model again.") from error


def _assemble(meta: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Pipeline:
    recipe, numbers, categories = Recipe(**meta["recipe"]), list(meta["numbers"]), dict(meta["categories"])
    pipeline = _build(numbers, recipe)
    # Fitting to zeros, with every category there is, gives the steps all but what they learn from numbers.
    n_rows = max(map(len, categories.values()), default=1)
    zeros = dict.fromkeys(numbers, [0.0] * n_rows)
    cycled = {column: list(islice(cycle(values), n_rows)) for column, values in categories.items()}
    smiles = dict.fromkeys(recipe.fingerprints, ["C"] * n_rows)
    pipeline["columns"].fit(pd.DataFrame(zeros | cycled | smiles))
    if categories_of(pipeline) != categories:
        raise ValueError("the categories are not those of the recipe, in order")
    learned = _learned(recipe, len(numbers), categories)
    for key, shape in learned.items():
        array = np.asarray(arrays[key])
        if array.shape != shape or array.dtype != np.float64 or not np.isfinite(array).all():
            raise ValueError(f"{key} is not {shape} finite numbers")
        setattr(_step(pipeline, key), key.split(".")[1], array)
    if recipe.n_components:
        pipeline["pca"].n_components_, pipeline["pca"].n_features_in_ = learned["pca.components_"]
    return pipeline


def _build(numbers: list[str], recipe: Recipe) -> Pipeline:
    scale = [("scale", StandardScaler())] if recipe.scale else []
    imputer = SimpleImputer(strategy=_STRATEGIES[recipe.impute], keep_empty_features=True)
    branches = [
        ("numbers", Pipeline([("floats", FunctionTransformer(_as_floats)), ("impute", imputer), *scale]), numbers),
        (
            "categories",
            Pipeline(
                [
                    ("strings", FunctionTransformer(_as_strings)),
                    ("one_hot", OneHotEncoder(handle_unknown="ignore", sparse_output=False)),
                ]
            ),
            list(recipe.one_hot),
        ),
        (
            "molecules",
            Pipeline(
                [
                    ("strings", FunctionTransformer(_as_strings)),
                    ("bits", FunctionTransformer(molecules.fingerprints)),
                ]
            ),
            list(recipe.fingerprints),
        ),
    ]
    # The seed matters to wide tables only, where scikit-learn's PCA draws at random.
    pca = [("pca", PCA(recipe.n_components, random_state=0))] if recipe.n_components else []
    steps = [("columns", ColumnTransformer(branches)), *pca]
    return Pipeline(steps).set_output(transform="default")


def _learned(recipe: Recipe, n_numbers: int, categories: Mapping[str, list[str]]) -> dict[str, tuple[int, ...]]:
    """Return the shapes of all that fitting learns from numbers, by step and attribute."""
    keys = ["impute.statistics_"] + ["scale.mean_", "scale.scale_", "scale.var_"] * recipe.scale
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys(keys, (n_numbers,)) if n_numbers else {}
    if n := recipe.n_components:
        width = n_numbers + sum(map(len, categories.values())) + molecules.N_BITS * len(recipe.fingerprints)
        shapes |= {"pca.components_": (n, width), "pca.mean_": (width,), "pca.explained_variance_": (n,)}
        shapes |= {"pca.explained_variance_ratio_": (n,), "pca.singular_values_": (n,)}
    return shapes


def _step(pipeline: Pipeline, key: str) -> BaseEstimator:
    name = key.split(".")[0]
    return pipeline["pca"] if name == "pca" else _part(pipeline, "numbers")[0][name]


def _part(pipeline: Pipeline, name: str) -> tuple[Pipeline, list[str]]:
    """Return the steps for numbers, categories or molecules, and the columns that they read."""
    columns = pipeline["columns"]
    parts = getattr(columns, "transformers_", columns.transformers)
    return next((steps, names) for part, steps, names in parts if part == name)


def _check_numbers(frame: pd.DataFrame) -> None:
    values = _as_floats(frame)
    present = ~np.isnan(values)
    empty = frame.columns[~present.any(axis=0)]
    if len(empty):
        raise TableError(f"Features {list(empty[:5])} have no finite value. Give them another role.")
    huge = frame.columns[(np.abs(values, where=present, out=np.zeros_like(values)) > _HUGE).any(axis=0)]
    if len(huge):
        raise TableError(
            f"Features {list(huge[:5])} have values beyond {_HUGE:g}. Correct them, take their logarithm, or ignore "
            "the columns."
        )


def _as_floats(frame: pd.DataFrame) -> np.ndarray:
    values = frame.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def _as_strings(frame: pd.DataFrame) -> np.ndarray:
    return frame.astype("str").fillna(MISSING).to_numpy(dtype=object)
