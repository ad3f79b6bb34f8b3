"""A table together with its map: what a finished fit hands to charts, exports and files."""

import re
from dataclasses import asdict, dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from igtm.charts.colours import Colouring
from igtm.estimator import eIGTM
from igtm.loading import from_state
from igtm.maps import comparison, landscape, pictures
from igtm.maps.everything import rows_to_fit
from igtm.saving import storage
from igtm.tables import columns, molecules, preprocessing, readers, samples
from igtm.tables.preprocessing import Recipe
from igtm.tables.tables import Table, TableError

# After columns of the table that are called as some of the map's.
BESIDE = " (table)"
# Before what a spreadsheet reads as a formula; signed numbers are none.
FORMULA = re.compile(r"^(?=[=+\-@\t\r])(?![+-]?\d+(\.\d*)?$)")


@dataclass(frozen=True)
class TableMap:
    """A fitted table.

    Parameters
    ----------
    table : Table
    recipe : Recipe
        How the features were prepared.
    pipeline : Pipeline
        The recipe, fitted.
    X : ndarray (N, D)
        The prepared features.
    model : eIGTM
        Fitted on `X`, or on all rows of which it is a sample.
    points : DataFrame (N, 8)
        Where the rows lie: `landscape.points`.
    opened : bool, default False
        Whether the model was fitted earlier, and opened from a file.
    """

    table: Table
    recipe: Recipe
    pipeline: Pipeline
    X: np.ndarray
    model: eIGTM
    points: pd.DataFrame
    opened: bool = False

    @cached_property
    def overview(self) -> pd.DataFrame:
        """`mean` and `deviation` (standard) of the prepared rows in original units, by feature."""
        original = preprocessing.to_original(self.pipeline, self.X)
        return pd.DataFrame({"mean": original.mean(), "deviation": original.std(ddof=0)})

    @cached_property
    def digest(self) -> comparison.Columns:
        """The table's columns, ready to compare selections of rows."""
        return comparison.digest(self.table)

    @cached_property
    def varies(self) -> pd.Series:
        """Whether a feature has more than rounding for a deviation, by feature."""
        return self.overview["deviation"] > 1e-12 * self.overview["mean"].abs()

    @cached_property
    def pictured(self) -> pictures.Pixels | pictures.Molecules | None:
        """How rows can be seen, and of pixels prototypes, too; None where they cannot."""
        return pictures.pictured(self.table)

    def in_deviations(self, difference: pd.Series | pd.DataFrame) -> pd.Series | pd.DataFrame:
        """Differences in original units, by feature or with a column each, in standard deviations of the data.

        0 where the data have none.
        """
        return (difference / self.overview["deviation"].where(self.varies)).fillna(0.0)


def place(table: Table, recipe: Recipe, pipeline: Pipeline, model: eIGTM, X: np.ndarray) -> TableMap:
    """Lay prepared rows on a fitted model."""
    return TableMap(table, recipe, pipeline, X, model, landscape.points(model.manifold_, X))


def fit(data, recipe: Recipe | None = None, sample_weight: np.ndarray | None = None, **settings) -> TableMap:
    """Prepare a table, fit a map of it, and lay its rows on that.

    Parameters
    ----------
    data : Table, data frame, array-like (N, D), or path
        As for `readers.table_of`.
    recipe : Recipe, optional
        How its features are prepared, by default as ``Recipe()`` says.
    sample_weight : ndarray (N,), optional
        How often each row counts in the fit, default 1.
    **settings
        Of `eIGTM`.
    """
    table, recipe = readers.table_of(data), recipe or Recipe()
    pipeline = preprocessing.pipeline(table, recipe)
    X = pipeline.fit_transform(table.frame)
    model = eIGTM(**settings)
    for _ in model.iter_fit(rows_to_fit(table, pipeline, X), sample_weight=sample_weight):
        pass
    return place(table, recipe, pipeline, model, X)


def coordinates(fitted: TableMap) -> pd.DataFrame:
    """What people take away of each row, in the order of the table: identifier, position, fit.

    Returns
    -------
    DataFrame (N, 8 or 9)
        The identifier column under its own name, where there is one, `row_id`, and the columns of
        `landscape.points`.
    """
    return identified(fitted.table, fitted.points)


def identified(table: Table, points: pd.DataFrame) -> pd.DataFrame:
    """A table's rows on a map, with the identifier column before them, where there is one."""
    identifier = table.identifier
    if identifier is None:
        return points
    frame = points.copy()
    name = identifier if identifier not in frame else f"{identifier} (identifier)"
    frame.insert(0, name, table.frame[identifier].to_numpy())
    return frame


def csv(frame: pd.DataFrame) -> bytes:
    """A table as CSV in UTF-8; text that a spreadsheet would run as a formula gets an apostrophe before it."""
    frame = frame.rename(columns=lambda name: FORMULA.sub("'", name))
    for name in frame.select_dtypes(include=["object", "str", "category"]):
        frame[name] = frame[name].astype("str").str.replace(FORMULA, "'", regex=True)
    return frame.to_csv(index=False).encode()


def rows(fitted: TableMap, which: np.ndarray, **first) -> pd.DataFrame:
    """Rows of the table, and where they lie on the map.

    Parameters
    ----------
    fitted : TableMap
    which : ndarray (n,) of int
    **first : array-like (n,)
        Columns to begin with.

    Returns
    -------
    DataFrame
        The columns `first`, all of the table, then those of `landscape.points`. A name that comes twice gets a number.
    """
    parts = [fitted.table.frame.iloc[which], fitted.points.iloc[which]]
    frame = pd.concat([pd.DataFrame(first, index=parts[0].index), *parts], axis="columns")
    return frame.set_axis(columns.unique_names(frame.columns), axis="columns")


def column(fitted: TableMap, name: str, **first) -> pd.Series:
    """The column of all rows that `rows` calls by this name, where it begins with columns called as these.

    Parameters
    ----------
    fitted : TableMap
    name : str
    **first : array-like (N,)
        The columns to begin with, of all rows.
    """
    frames = [pd.DataFrame(first, index=fitted.table.frame.index), fitted.table.frame, fitted.points]
    there = [(frame, position) for frame in frames for position in range(frame.shape[1])]
    names = columns.unique_names([each for frame in frames for each in frame.columns])
    frame, position = there[names.index(name)]
    return frame.iloc[:, position]


def prototype(fitted: TableMap, node: int) -> pd.DataFrame:
    """A node's point beside the mean of the data.

    Returns
    -------
    DataFrame
        One row a feature, and one for each value of a one-hot encoded column: `feature`, `prototype` and `mean` in
        original units, `difference` of the two in standard deviations, 0 where the data have none.
    """
    point = landscape.prototype(fitted.model.manifold_, node)
    values = preprocessing.to_original(fitted.pipeline, point).iloc[0]
    mean = fitted.overview["mean"]
    frame = pd.DataFrame({"prototype": values, "mean": mean, "difference": fitted.in_deviations(values - mean)})
    return frame.rename_axis("feature").reset_index()


def save(fitted: TableMap, file) -> None:
    """Write model, roles and fitted preprocessing to a path or an open binary file.

    `igtm.load` reads the model of it, `load` here all of it.
    """
    steps, step_arrays = preprocessing.freeze(fitted.pipeline)
    metadata, arrays = fitted.model.state()
    metadata["table"] = {"roles": dict(fitted.table.roles), "recipe": asdict(fitted.recipe), "steps": steps}
    storage.write(file, metadata, {**arrays, **{f"steps.{name}": array for name, array in step_arrays.items()}})


def load(file, table: Table) -> TableMap:
    """Read a saved map and lay a table's rows on it.

    Parameters
    ----------
    file : path or open binary file
        Written by `save`.
    table : Table
        With the columns of the one that was fitted.

    Raises
    ------
    ValueError
        If the file is damaged, holds a bare model, or wants columns that the table lacks.
    """
    metadata, arrays = storage.read(file)
    saved = metadata.get("table")
    if not isinstance(saved, dict):
        raise ValueError("This model was saved without its preprocessing: load it with igtm.load in Python.")
    step_arrays = {name.removeprefix("steps."): array for name, array in arrays.items() if name.startswith("steps.")}
    try:
        roles, recipe = dict(saved["roles"]), Recipe(**saved["recipe"])
        pipeline = preprocessing.thaw(saved["steps"], step_arrays)
    except molecules.NoRDKit:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"This is not a complete igtm map: {error}. Save it again.") from error
    missing = [name for name in preprocessing.columns_of(pipeline) if name not in table.frame]
    if missing:
        raise TableError(
            f"The saved map needs {len(missing)} columns that {table.name} lacks ({', '.join(missing[:5])}): "
            "load the table that it was made from, or one with the same columns."
        )
    table = table.with_roles({name: roles.get(name, "ignored") for name in table.frame})
    fitted = place(table, recipe, pipeline, from_state(metadata, arrays), pipeline.transform(table.frame))
    return replace(fitted, opened=True)


def script(fitted: TableMap, drawn: str | None = None, color: Colouring | None = None) -> str:
    """Python that makes the same `coordinates` in a fresh interpreter, and the same chart of them.

    Parameters
    ----------
    fitted : TableMap
    drawn : {"means", "modes"}, optional
        Which chart; by default none.
    color : Colouring, optional
        Of its points.
    """
    table = fitted.table
    if table.path is not None or table.name.lower().endswith(readers.SUFFIXES):
        source = f"readers.read({table.path or table.name!r}{_drawing(table)})  # where the file lies"
    elif table.name in samples.SAMPLES:
        source = f"samples.load({table.name!r})"
    else:
        source = f"tables.from_frame(frame{_drawing(table)})  # your own data frame"
    roles = "".join(f"        {name!r}: {role!r},\n" for name, role in table.roles.items())
    making = _opening() if fitted.opened else _fitting(fitted)
    entire = table.entire and not fitted.opened
    of_tables = [source.split(".")[0]] if fitted.opened else ["preprocessing", source.split(".")[0]]
    return (
        ("" if fitted.opened else "from igtm import eIGTM\n")
        + ("from igtm import charts\n" if drawn else "")
        + f"from igtm.maps import {'everything, ' * entire}table_map\n"
        f"from igtm.tables import {', '.join(of_tables)}\n\n"
        f"table = {source}\n"
        f"table = table.with_roles(\n    {{\n{roles}    }}\n)\n"
        f"{making}"
        "coordinates = table_map.coordinates(fitted)\n"
    ) + (_drawing_of(fitted, drawn, color) if drawn else "")


def _drawing_of(fitted: TableMap, drawn: str, color: Colouring | None) -> str:
    """Lines for a chart of all points, beside their rows; a column that is called as one of points gets a suffix."""
    look = ""
    if color is not None:
        there = color.column in fitted.points and color.column in fitted.table.frame
        look = f", charts.{replace(color, column=color.column + BESIDE if there else color.column)!r}"
    return (
        f"points = fitted.points.merge(table.frame, left_index=True, right_index=True, suffixes=('', {BESIDE!r}))\n"
        f"chart = charts.{drawn}(points{look})\n"
    )


def _drawing(table: Table) -> str:
    return "" if table.draw is None else f", max_rows={len(table.frame)}, seed={table.draw.seed}"


def _opening() -> str:
    return 'fitted = table_map.load("map.npz", table)  # where the saved model lies\n'


def _fitting(fitted: TableMap) -> str:
    # The iterations that were made, not the rule that ended them: so a fit that was stopped comes out the same.
    params = {**fitted.model.get_params(), "niter": fitted.model.n_iter_, "tol": 0}
    names = ["k", "m", "s", "regul", "n_blocks", "niter", "tol"]
    if params["algorithm"] != "em":
        names += ["random_state", "algorithm"]
    settings = ", ".join(f"{name}={params[name]!r}" for name in names)
    rows = "everything.all_rows(table, prepare)" if fitted.table.entire else "X"
    return (
        f"recipe = preprocessing.{fitted.recipe!r}\n"
        "prepare = preprocessing.pipeline(table, recipe)\n"
        "X = prepare.fit_transform(table.frame)\n"
        f"model = eIGTM({settings}).fit({rows})\n"
        "fitted = table_map.place(table, recipe, prepare, model, X)\n"
    )
