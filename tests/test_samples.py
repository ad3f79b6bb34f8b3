"""Samples that need no network."""

import numpy as np
import pandas as pd
import pytest

from igtm.tables.samples import SAMPLES, load
from igtm.tables.tables import TableError


@pytest.mark.parametrize(
    ("name", "shape", "label", "first"),
    [
        ("iris", (150, 4), "species", "setosa"),
        ("wine", (178, 13), "grower", "grower 1"),
        ("breast cancer", (569, 30), "diagnosis", "malignant"),
        ("digits", (1797, 64), "digit", "0"),
        ("diabetes", (442, 9), "progression after one year", 151.0),
        ("S-curve", (20_000, 3), "part", None),
    ],
)
def test_samples(name, shape, label, first):
    table = load(name)
    assert table.frame[table.features].shape == shape
    assert label in table.labels
    assert table.identifier is None
    assert first is None or table.frame[label].iloc[0] == first


def test_the_sheet_can_be_coloured_by_position_and_by_part():
    frame = load("S-curve").frame
    assert pd.api.types.is_float_dtype(frame["position"])
    assert frame["part"].nunique() == 5
    assert frame.groupby("part", observed=True)["position"].max().is_monotonic_increasing
    assert np.array_equal(load("S-curve").frame["x"], frame["x"]), "seeded"


def test_a_sample_that_somebody_changes_is_whole_for_the_next():
    table = load("iris")
    table.frame.iloc[:, 0] = 0
    table.roles.clear()
    assert (load("iris").frame.iloc[:, 0] > 4).all()
    assert len(load("iris").features) == 4


def test_every_sample_is_listed_and_others_are_refused():
    assert [load(name).name for name in SAMPLES] == list(SAMPLES)
    with pytest.raises(TableError, match=r"no sample 'mnist'. Choose one of: iris"):
        load("mnist")
