"""The dashboard without a browser: what its parts know of each other."""

from io import BytesIO

import numpy as np
import pandas as pd
import panel_material_ui as pmui
import pytest
from sklearn.datasets import load_iris

import igtm
from igtm.dashboard import page_layout
from igtm.dashboard.controls import _progress_words
from igtm.maps import table_map
from igtm.maps.selections import select
from igtm.tables import readers, tables
from igtm.tables.preprocessing import Recipe

pytestmark = [
    # panel-material-ui's download button says it to Panel's.
    pytest.mark.filterwarnings("ignore:Both 'variant' and 'button_style':PendingDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The inplace keyword"),  # of pandas, which Bokeh still uses
]


@pytest.fixture(scope="module")
def iris():
    return load_iris(as_frame=True).frame


@pytest.fixture
def explorer(iris):
    explorer = igtm.explore(iris, k=6, m=2, niter=5)
    yield explorer
    explorer.training.close()


@pytest.fixture
def fitted(explorer):
    explorer.fit()
    explorer.wait()
    return explorer


def saved(explorer):
    file = BytesIO()
    table_map.save(explorer.fitted, file)
    return file.getvalue()


def test_a_new_run_says_nothing_of_the_last(fitted):
    training = fitted.training
    assert _progress_words(training.frame, training.status).startswith("5/5")
    fitted.fit(paused=True)
    assert training.frame is None
    assert _progress_words(training.frame, training.status) == "Preparing the table …"


def test_all_that_changed_since_the_map_was_fitted_is_listed(fitted):
    fitted.settings.param.update(regul=5, niter=7, tol=0.1)
    assert fitted.notice == "Outdated: regul, niter and tol changed since this map was fitted."
    fitted.settings.take(fitted.model.get_params())
    assert fitted.notice == ""


def test_a_saved_map_tells_of_its_own_run_and_not_of_the_last(fitted):
    file, path = saved(fitted), fitted.training.frame.path
    fitted.settings.niter = 2
    fitted.fit()
    fitted.wait()
    fitted.open(file)
    training = fitted.training
    assert training.status == "done"
    assert _progress_words(training.frame, training.status).startswith("5/5")
    pd.testing.assert_frame_equal(training.frame.path, path)
    assert set(fitted.figures()) == {"map", "convergence", "planes"}


def test_back_from_a_region_the_map_tells_of_its_run_again(fitted):
    fitted.settings.niter = 2
    parent, before = fitted.fitted, fitted.map.scene
    for level, most in enumerate((100, 50, 25), start=1):
        fitted.selecting.take(select(np.arange(most), len(fitted.data.table.frame), "box on the map"))
        fitted.map_region()
        fitted.wait()
        assert len(fitted.trail.levels) == level
        assert len(fitted.map.scene.rows) == most
    for most in (25, 50, 100):
        fitted.trail.back = fitted.trail.levels[-1]
        words = _progress_words(fitted.training.frame, fitted.training.status)
        assert words.startswith("5/5" if most == 100 else "2/2")
        assert fitted.notice == ""
        assert len(fitted.selecting.selection) == most
    assert fitted.fitted is parent
    assert fitted.map.scene.points.equals(before.points)


def test_all_rows_are_selected_where_some_are_drawn():
    frame = pd.DataFrame(np.random.default_rng(0).standard_normal((25_000, 2)), columns=["a", "b"])
    explorer = igtm.explore(frame, k=4, m=2, niter=1)
    explorer.fit()
    explorer.wait()
    assert len(explorer.map.scene.points) == 20_000
    assert len(explorer.map._within({"x": [-2, 2], "y": [-2, 2]})) == 25_000


def test_a_map_is_not_opened_into_a_fit_under_way(fitted):
    file = saved(fitted)
    fitted.fit(paused=True)
    with pytest.raises(ValueError, match="A fit is under way"):
        fitted.open(file)


def test_a_refused_file_of_new_rows_says_nothing_of_the_next_map(fitted):
    fitted.new_rows.problem = "The file is empty."
    fitted.fit()
    fitted.wait()
    assert fitted.new_rows.problem == ""


def test_a_map_of_nodes_speaks_of_nodes(fitted):
    assert fitted.map.caption.startswith("Showing 150 of 150 ")
    fitted.map.kind = "mass"
    assert fitted.map.caption.startswith("All 150 rows")
    assert "select" not in fitted.map.caption


def test_a_sample_of_rows_can_be_fitted_on_all_of_them(tmp_path, iris):
    iris.to_parquet(tmp_path / "iris.parquet")
    explorer = igtm.explore(readers.read(tmp_path / "iris.parquet", max_rows=60), k=6, m=2, niter=5, tol=0)
    explorer.fit()
    explorer.wait()
    of_sample = explorer.model.manifold_.weights
    switch = next(each for each in explorer.data.sidebar.select(pmui.Switch) if "150 rows" in each.label)
    switch.value = True
    assert "which rows are fitted" in explorer.notice
    assert explorer.settings.shape[0] == 150
    explorer.fit()
    explorer.wait()
    assert explorer.notice == ""
    X = explorer.fitted.pipeline.transform(iris)
    np.testing.assert_allclose(explorer.model.manifold_.weights, explorer.model.fit(X).manifold_.weights, rtol=1e-9)
    assert abs(explorer.model.manifold_.weights - of_sample).max() > 1e-3
    assert len(explorer.fitted.points) == 60


def test_of_an_own_table_the_choice_of_samples_says_so(explorer):
    sample = next(each for each in explorer.data.sidebar.select(pmui.Select) if each.label == "Sample")
    assert sample.value is not None  # the page shows no label for None
    assert {value: name for name, value in sample.options.items()}[sample.value] == "none: your own table"


def test_every_chart_has_its_title_away_from_the_page(fitted):
    titles = {name: figure.spec()["title"] for name, figure in fitted.figures().items()}
    assert titles == {"map": "Posterior means", "convergence": "Convergence", "planes": "Feature planes"}


def test_what_keeps_a_table_from_being_fitted_says_nothing_of_the_next(fitted, iris):
    explorer, before = fitted, fitted.fitted
    explorer.data.use(tables.from_frame(pd.DataFrame({"word": ["red", "blue"] * 9})))
    assert not explorer.controls.ready
    explorer.fit()
    explorer.wait()
    assert explorer.training.status == "failed"
    assert "no feature" in explorer.training.error
    explorer.data.use(tables.from_frame(iris))
    assert explorer.controls.ready
    assert (explorer.training.status, explorer.training.error) == ("idle", "")
    assert explorer.fitted is before
    assert explorer.map.scene.table is before.table


def test_a_table_with_molecules_alone_can_be_fitted_and_its_bits_are_counted():
    frame = pd.DataFrame({"smiles": ["C" * n for n in range(1, 30)]})
    explorer = igtm.explore(frame)
    assert not explorer.controls.ready
    explorer.data.recipe = Recipe(fingerprints=("smiles",))
    assert explorer.controls.ready
    assert explorer.settings.shape == (29, 1024)
    assert "29 × 1,024" in page_layout.title(explorer.data).object
