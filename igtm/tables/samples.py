"""Tables to start with, all of them inside scikit-learn: nothing is downloaded."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
from sklearn import datasets

from igtm.tables.tables import Table, TableError, from_frame

__all__ = ["SAMPLES", "load"]

SAMPLES: dict[str, str] = {
    "iris": "150 flowers of three species, four measures each",
    "wine": "178 wines of three growers, thirteen chemical measures",
    "breast cancer": "569 tumours, thirty measures of their cell nuclei",
    "digits": "1,797 handwritten digits, 64 pixels each",
    "diabetes": "442 patients, ten measures, and how the disease went on",
    "S-curve": "20,000 points on a folded sheet in three dimensions",
}

_S_CURVE_POINTS = 20_000
_DIABETES_NAMES = {
    "bmi": "body mass index (kg/m²)",
    "bp": "blood pressure (mmHg)",
    "age": "age (years)",
    "s1": "total cholesterol (mg/dl)",
    "s2": "LDL (mg/dl)",
    "s3": "HDL (mg/dl)",
    "s4": "cholesterol / HDL",
    "s5": "log triglycerides",
    "s6": "glucose (mg/dl)",
}
_WINE_NAMES = {"od280/od315_of_diluted_wines": "OD280/OD315 of diluted wines", "alcohol": "alcohol (% vol)"}


def load(name: str) -> Table:
    """Return a sample.

    Parameters
    ----------
    name : str
        One of `SAMPLES`.

    Returns
    -------
    Table
        The measures are features; the class, or the quantity to explain, is a label. Nothing else has these roles.

    Raises
    ------
    TableError
        If there is no such sample.
    """
    if name not in SAMPLES:
        raise TableError(f"There is no sample {name!r}. Choose one of: {', '.join(SAMPLES)}.")
    table = _loaded(name)
    return replace(table, frame=table.frame.copy(deep=False), roles=dict(table.roles))


@cache
def _loaded(name: str) -> Table:
    """A sample, made once: each page begins with one."""
    measures, labels = _LOADERS[name]()
    roles = dict.fromkeys(measures.columns, "feature") | dict.fromkeys(labels.columns, "label")
    return from_frame(pd.concat([measures, labels], axis="columns"), name).with_roles(roles)


def _iris() -> tuple[pd.DataFrame, pd.DataFrame]:
    return _classes(datasets.load_iris(as_frame=True), "species")


def _wine() -> tuple[pd.DataFrame, pd.DataFrame]:
    bunch = datasets.load_wine(as_frame=True)
    bunch.data.columns = [_WINE_NAMES.get(c, c.replace("_", " ")) for c in bunch.data.columns]
    bunch.target_names = ["grower 1", "grower 2", "grower 3"]
    return _classes(bunch, "grower")


def _breast_cancer() -> tuple[pd.DataFrame, pd.DataFrame]:
    return _classes(datasets.load_breast_cancer(as_frame=True), "diagnosis")


def _digits() -> tuple[pd.DataFrame, pd.DataFrame]:
    return _classes(datasets.load_digits(as_frame=True), "digit")


def _classes(bunch, column: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    names = [str(name) for name in bunch.target_names]
    return bunch.data, pd.DataFrame({column: pd.Categorical.from_codes(bunch.target, names)})


def _diabetes() -> tuple[pd.DataFrame, pd.DataFrame]:
    bunch = datasets.load_diabetes(as_frame=True, scaled=False)
    sex = bunch.data["sex"].map({1.0: "1", 2.0: "2"})
    measures = bunch.data.drop(columns="sex").rename(columns=_DIABETES_NAMES)
    return measures, pd.DataFrame({"progression after one year": bunch.target, "sex": sex})


def _s_curve() -> tuple[pd.DataFrame, pd.DataFrame]:
    points, position = datasets.make_s_curve(_S_CURVE_POINTS, noise=0.05, random_state=0)
    part = pd.cut(position, np.linspace(-1.5 * np.pi, 1.5 * np.pi, 6), labels=[f"part {i}" for i in range(1, 6)])
    labels = pd.DataFrame({"position": position, "part": part})
    return pd.DataFrame(points, columns=["x", "y", "z"]), labels


_LOADERS = {
    "iris": _iris,
    "wine": _wine,
    "breast cancer": _breast_cancer,
    "digits": _digits,
    "diabetes": _diabetes,
    "S-curve": _s_curve,
}
