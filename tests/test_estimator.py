"""eIGTM and runIGTM: scikit-learn's rules, what fits, what fails and with which words."""

import inspect
import threading
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.callback import ProgressBar
from sklearn.datasets import load_iris, load_wine, make_s_curve
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from igtm import GTMResult, eIGTM, runIGTM

WINE = StandardScaler().fit_transform(load_wine().data)
SMALL = np.random.default_rng(0).normal(size=(40, 3)) * [3, 2, 1]


def small(**settings):
    return eIGTM(**{"k": 5, "m": 2, "niter": 10, "tol": 0, **settings})


def assert_same_model(one, other):
    np.testing.assert_array_equal(one.manifold_.weights, other.manifold_.weights)
    assert one.manifold_.noise_variance == other.manifold_.noise_variance
    assert one.n_iter_ == other.n_iter_
    np.testing.assert_array_equal(one.objective_path_, other.objective_path_)
    np.testing.assert_array_equal(one.log_likelihood_path_, other.log_likelihood_path_)


# scikit-learn's rules


def test_scikit_learn_finds_nothing_to_object_to():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # its data are made to be hard
        results = check_estimator(eIGTM(niter=50), on_skip=None)
    skipped = [result["check_name"] for result in results if result["status"] != "passed"]
    assert skipped in ([], ["check_array_api_input"])  # which asks for a SCIPY_ARRAY_API that is not set


def test_the_promised_parameters_come_first_in_their_order():
    promised = "k m s regul random_state niter verbose model n_blocks"
    assert list(inspect.signature(eIGTM).parameters)[:9] == promised.split()
    of_run = "data k m s regul n_blocks doPCA n_components missing missing_strategy random_state niter verbose"
    assert list(inspect.signature(runIGTM).parameters) == of_run.split()
    defaults = [16, 4, 0.3, 0.1, 1234, 200, False, "means", 0]
    assert eIGTM().get_params().items() >= dict(zip(promised.split(), defaults, strict=True)).items()


def test_a_clone_fits_alike():
    model = small(regul=0.7).fit(SMALL)
    assert_same_model(clone(model).fit(SMALL), model)


def test_pipeline_and_grid_search_by_likelihood():
    curve, _ = make_s_curve(150, random_state=0)
    pipeline = make_pipeline(StandardScaler(), small(k=8, m=3))
    search = GridSearchCV(pipeline, {"eigtm__regul": [0.1, 1e6]}, cv=3).fit(curve)
    assert search.best_params_ == {"eigtm__regul": 0.1}  # a sheet too stiff to bend explains less
    assert search.transform(curve).shape == (150, 2)


@pytest.mark.parametrize(("model", "columns"), [("means", 2), ("modes", 2), ("responsibilities", 25)])
def test_pandas_output_keeps_index_and_names(model, columns):
    frame = pd.DataFrame(SMALL, columns=["a", "b", "c"], index=range(100, 140))
    estimator = small(model=model).set_output(transform="pandas")
    result = estimator.fit_transform(frame)
    assert result.index.equals(frame.index)
    assert list(result) == list(estimator.get_feature_names_out()) == [f"eigtm{i}" for i in range(columns)]
    assert estimator.feature_names_in_.tolist() == ["a", "b", "c"]


def test_a_complete_result_has_no_columns():
    model = small(model="complete")
    assert not hasattr(model, "set_output")
    assert isinstance(model.fit_transform(SMALL), GTMResult)


def test_progress_bar_shows_and_leaves_nothing_behind(capsys):
    model = small().set_callbacks(ProgressBar())
    model.fit(SMALL)
    assert "eIGTM" in capsys.readouterr().out
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("igtm")]
    assert_same_model(model, small().fit(SMALL))
    assert [name for name in vars(model) if "callback" in name] == ["_skl_callbacks"]


class StopAt:
    """Stops the fit at one iteration, having used the model as it then was."""

    def __init__(self, iteration):
        self.iteration = iteration
        self.coordinates = None

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context, *, X, fitted_estimator):
        if context.task_name == "iteration" and context.task_id == self.iteration:
            self.coordinates = fitted_estimator.transform(X)
            return True
        return False


def test_a_callback_stops_the_fit_with_a_usable_model():
    callback = StopAt(4)
    model = small().set_callbacks(callback).fit(SMALL)
    assert (model.stop_reason_, model.n_iter_, model.converged_) == ("callback", 4, False)
    assert_same_model(model, small(niter=4).fit(SMALL))
    np.testing.assert_array_equal(callback.coordinates, model.transform(SMALL))


# How a fit ends, and goes on


def test_a_fit_ends_when_the_gain_is_below_tol():
    model = eIGTM(k=8, tol=1e-3).fit(WINE)
    gains = np.diff(model.objective_path_)
    assert (model.converged_, model.stop_reason_) == (True, "tol")
    assert gains[-1] < 1e-3 <= gains[:-1].min()
    assert len(model.objective_path_) == len(model.log_likelihood_path_) == model.n_iter_ + 1


def test_a_fit_that_runs_out_of_iterations_says_so():
    with pytest.warns(ConvergenceWarning, match=r"niter=3.*tol=0\.0001.*[Rr]aise"):
        model = eIGTM(k=8, niter=3).fit(WINE)
    assert (model.converged_, model.stop_reason_, model.n_iter_) == (False, "niter", 3)


def test_tol_zero_never_ends_early():
    model = small(niter=400).fit(SMALL)
    assert np.diff(model.objective_path_).min() < 1e-12  # it had long converged
    assert (model.n_iter_, model.stop_reason_) == (400, "niter")


def test_warm_start_goes_on_as_if_never_stopped():
    stopped = eIGTM(niter=10, tol=0, warm_start=True).fit(WINE)
    assert_same_model(stopped.set_params(niter=20).fit(WINE), eIGTM(niter=30, tol=0).fit(WINE))


def test_warm_start_refuses_another_grid():
    model = small(warm_start=True).fit(SMALL)
    with pytest.raises(ValueError, match=r"k=5.*k=8.*warm_start=False"):
        model.set_params(k=8).fit(SMALL)


def test_iter_fit_closed_early_leaves_a_usable_model():
    model = small()
    steps = model.iter_fit(SMALL)
    for step in steps:
        if step.n_iter == 3:
            break
    steps.close()
    assert (model.stop_reason_, model.n_iter_) == ("stopped", 3)
    assert_same_model(model, small(niter=3).fit(SMALL))
    assert model.transform(SMALL).shape == (40, 2)


def test_cancelled_in_mid_pass_keeps_the_last_complete_step():
    rows = np.tile(SMALL, (200, 1))
    asked, steps = [], []
    model = small(n_blocks=10)

    def cancelled():
        asked.append(len(steps))
        return asked.count(3) == 4  # in the fourth pass, the fourth time

    for step in model.iter_fit(rows, cancelled=cancelled):
        steps.append(step)
    assert [step.n_iter for step in steps] == [0, 1, 2]
    assert (model.stop_reason_, model.n_iter_) == ("stopped", 2)
    assert_same_model(model, small(niter=2, n_blocks=10).fit(rows))


def test_a_pass_that_never_ended_leaves_no_model():
    model = small()
    assert list(model.iter_fit(SMALL, cancelled=lambda: True)) == []
    with pytest.raises(NotFittedError):
        model.transform(SMALL)


def test_verbose_prints_every_iteration(capsys):
    small(verbose=True).fit(SMALL)
    assert capsys.readouterr().out.count("log-likelihood") == 11


# Sample weights


def test_a_row_twice_is_a_weight_of_two():
    weights = np.random.default_rng(1).integers(1, 4, size=40)
    weighted, repeated = small().fit(SMALL, sample_weight=weights), small().fit(np.repeat(SMALL, weights, axis=0))
    np.testing.assert_allclose(weighted.manifold_.weights, repeated.manifold_.weights, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(weighted.objective_path_, repeated.objective_path_, rtol=1e-9)


def test_a_weight_of_zero_removes_a_row():
    weights = np.r_[np.ones(30), np.zeros(10)]
    rows = SMALL.copy()
    rows[30:] *= 1e3
    weighted, removed = small().fit(rows, sample_weight=weights), small().fit(rows[:30])
    np.testing.assert_allclose(weighted.manifold_.weights, removed.manifold_.weights, rtol=1e-9, atol=1e-9)


# What fits

RNG = np.random.default_rng(0)
TABLES = {
    "one feature": RNG.normal(size=(50, 1)),
    "two features": RNG.normal(size=(50, 2)),
    "fewer rows than nodes": RNG.normal(size=(7, 5)),
    "constant columns": np.column_stack([RNG.normal(size=(50, 2)), np.full(50, 0.1), np.full(50, 1e6)]),
    "repeated rows": np.repeat(RNG.normal(size=(4, 3)), 10, axis=0),
    "all rows equal": np.full((30, 3), 0.1),
    "all zero": np.zeros((10, 3)),
    "one row": RNG.normal(size=(1, 3)),
    "two rows": RNG.normal(size=(2, 3)),
    "one number": np.array([[3.0]]),
    "more features than rows": RNG.normal(size=(5, 300)),
    "integers": RNG.integers(-5, 5, size=(30, 3)),
    "booleans": RNG.normal(size=(30, 4)) > 0,
    "one far outlier": np.vstack([RNG.normal(size=(30, 3)), np.full((1, 3), 1e6)]),
    "far from the origin": RNG.normal(size=(50, 3)) + 1e9,
    "tiny": RNG.normal(size=(50, 3)) * 1e-10,
    "frame": pd.DataFrame({"a": [1, 2, 3, 4], "b": [0.5, 0.1, 0.2, 0.9]}),
    "list": [[1, 2], [3, 4], [5, 7]],
}
SETTINGS = {
    "default": {},
    "no penalty": {"regul": 0},
    "automatic": {"k": 0, "m": 0},
    "one node": {"k": 1},
    "one function": {"m": 1},
    "one of each": {"k": 1, "m": 1},
    "more functions than nodes": {"k": 3, "m": 5, "regul": 0},
    "wide": {"s": 100.0, "regul": 0},
    "narrow": {"s": 1e-3},
    "more blocks than rows": {"n_blocks": 1000},
}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_it_fits(table, settings, dtype):
    X = TABLES[table]
    X = X.astype(dtype) if isinstance(X, np.ndarray) else X
    model = eIGTM(**{"k": 6, "m": 3, "niter": 8, "tol": 0, **SETTINGS[settings]}).fit(X)
    coordinates = model.transform(X)
    assert coordinates.shape == (len(X), 2)
    assert np.abs(coordinates).max() <= 1 + 1e-6
    assert np.isfinite(model.objective_path_).all()
    assert np.isfinite(model.manifold_.weights).all()
    rounding = 1e-3 if model.transform(X).dtype == np.float32 else 1e-9
    assert (np.diff(model.objective_path_) >= -rounding * (1 + np.abs(model.objective_path_[1:]))).all()
    assert np.isfinite(model.score_samples(X)).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_that_are_all_equal_lie_in_the_middle(dtype):
    X = np.full((1000, 3), 0.1, dtype)
    assert np.abs(eIGTM().fit(X).transform(X)).max() < 1e-6


def test_automatic_sizes_are_the_promised_ones():
    X = RNG.normal(size=(1000, 3))
    grid = small(k=0, m=0, niter=0).fit(X).manifold_.grid
    assert (grid.k, grid.m) == (int(np.sqrt(5 * np.sqrt(1000))) + 2, int(np.sqrt(grid.k)))


def test_a_frame_is_its_values():
    frame = pd.DataFrame(SMALL, columns=["a", "b", "c"])
    np.testing.assert_allclose(small().fit_transform(frame), small().fit_transform(SMALL), atol=1e-9)


# What fails, and with which words

HOLE, TOO_LARGE = SMALL.copy(), SMALL.copy()
HOLE[3, 1], TOO_LARGE[3, 1] = np.nan, np.inf
DATES = pd.DataFrame({"a": [1.0, 2.0], "when": pd.to_datetime(["2020-01-01", "2021-01-01"])})
TEXT = pd.DataFrame({"a": [1.0, 2.0], "name": ["x", "why: not"]})


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"k": -3}, "'k' .* in the range .* Got -3"),
        ({"k": 2.5}, "'k' .* int in the range .* Got 2.5"),
        ({"k": 100_000}, "'k' .* in the range .* Got 100000"),
        ({"m": -1}, "'m' .* Got -1"),
        ({"m": 101}, "'m' .* Got 101"),
        ({"s": 0}, "'s' .* in the range .* Got 0"),
        ({"regul": -0.1}, "'regul' .* Got -0.1"),
        ({"regul": np.nan}, "'regul' .* Got nan"),
        ({"model": "foo"}, "'model' .* among .*means.* Got 'foo'"),
        ({"tol": -1e-3}, "'tol' .* Got -0.001"),
        ({"niter": -1}, "'niter' .* Got -1"),
        ({"n_blocks": -2}, "'n_blocks' .* Got -2"),
    ],
)
def test_parameters_out_of_range(settings, words):
    with pytest.raises(ValueError, match=words):
        eIGTM(**settings).fit(SMALL)


@pytest.mark.parametrize(
    ("X", "error", "words"),
    [
        (HOLE, ValueError, "X contains NaN(.|\n)*imputer"),
        (TOO_LARGE, ValueError, "X contains infinity.*[Dd]rop"),
        (SMALL[:0], ValueError, r"X has 0 sample\(s\).*minimum of 1.*give a row"),
        (SMALL[:, :0], ValueError, r"X has 0 feature\(s\).*minimum of 1.*give a column"),
        (SMALL[:, 0], ValueError, r"^X has shape \(40,\)\. Expected 2D.*[Rr]eshape.*$"),
        (SMALL[None], ValueError, r"^X has shape \(1, 40, \d\)\. Expected 2D.*[Rr]eshape.*$"),
        (SMALL * 1j, ValueError, "^Complex data not supported: give.*$"),
        (TEXT, ValueError, "X holds text .*'x'.*drop.*encode"),
        (np.array([["a", "b"]]), ValueError, r"X holds text \('a'\).*drop.*encode"),
        (DATES, ValueError, "dates.*drop.*convert"),
        (sparse.csr_matrix(HOLE), ValueError, "X contains NaN in row 3 .* column 1:.*imputer"),
        (SMALL * 1e300, ValueError, "X holds values of about inf.*scale"),
        (sparse.csr_array(SMALL * 1e300), ValueError, "X holds values of about inf.*scale"),
        (SMALL * 1e-200, ValueError, "X holds values of about .*e-201.*scale"),
        ((SMALL * 1e30).astype(np.float32), ValueError, "X holds values of about .*e.30.*float32.*scale"),
    ],
    ids=[
        "nan",
        "inf",
        "no rows",
        "no columns",
        "1d",
        "3d",
        "complex",
        "text",
        "array of text",
        "dates",
        "sparse nan",
        "huge",
        "huge sparse",
        "tiny",
        "huge float32",
    ],
)
def test_data_that_cannot_be_fitted(X, error, words):
    with pytest.raises(error, match=words):
        eIGTM().fit(X)


@pytest.mark.parametrize("weights", [np.ones(3), -np.ones(40), np.zeros(40), np.full(40, np.nan), "many"])
def test_sample_weights_that_are_none(weights):
    with pytest.raises(ValueError, match="sample_weight must be a number >= 0 for each row"):
        eIGTM().fit(SMALL, sample_weight=weights)


def test_transform_with_the_wrong_features():
    model = small().fit(pd.DataFrame(SMALL, columns=["a", "b", "c"]))
    with pytest.raises(ValueError, match=r"2 features, but eIGTM is expecting 3(.|\n)*Give the columns"):
        small().fit(SMALL).transform(SMALL[:, :2])
    with pytest.raises(ValueError, match="feature names"):
        model.transform(pd.DataFrame(SMALL, columns=["a", "b", "z"]))


@pytest.mark.parametrize(
    "method", ["transform", "transform_blocks", "inverse_transform", "score", "score_samples", "save"]
)
def test_a_model_not_fitted(method):
    with pytest.raises(NotFittedError, match=r"eIGTM.*not fitted.*'fit'"):
        getattr(eIGTM(), method)(SMALL)


def test_names_of_a_model_not_fitted():
    with pytest.raises(NotFittedError):
        eIGTM().get_feature_names_out()


@pytest.mark.parametrize("block_size", [0, -1, 2.5, "all", None])
def test_block_sizes_that_are_none(block_size):
    with pytest.raises(ValueError, match=r"block_size=.*1 or more"):
        small().fit(SMALL).transform_blocks(SMALL, block_size)


@pytest.mark.parametrize("X", [SMALL, SMALL[0], SMALL[:, :1]], ids=["three columns", "1d", "one column"])
def test_inverse_transform_of_neither_positions_nor_responsibilities(X):
    with pytest.raises(ValueError, match=r"positions \(n, 2\) or responsibilities \(n, 25\)"):
        small().fit(SMALL).inverse_transform(X)


# What a fitted model gives


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("model", ["means", "modes", "responsibilities"])
def test_precision_is_kept(dtype, model):
    assert small(model=model).fit(SMALL.astype(dtype)).transform(SMALL.astype(dtype)).dtype == dtype


def test_float32_gives_the_map_of_float64():
    single, double = (eIGTM(niter=30, tol=0).fit(WINE.astype(dtype)) for dtype in (np.float32, np.float64))
    np.testing.assert_allclose(single.transform(WINE.astype(np.float32)), double.transform(WINE), atol=2e-3)


def test_kinds_of_output_agree():
    model = small().fit(SMALL)
    R = model.set_params(model="responsibilities").transform(SMALL)
    np.testing.assert_allclose(R.sum(axis=1), 1)
    nodes = model.manifold_.nodes
    complete = model.set_params(model="complete").transform(SMALL)
    np.testing.assert_array_equal(complete.matR, R)
    for means in (complete.matMeans, model.set_params(model="means").transform(SMALL)):
        np.testing.assert_allclose(means, R @ nodes, atol=1e-12)
    for modes in (complete.matModes, model.set_params(model="modes").transform(SMALL)):
        np.testing.assert_array_equal(modes, nodes[R.argmax(axis=1)])


@pytest.mark.parametrize("as_given", [np.asarray, pd.DataFrame, np.ndarray.tolist])
def test_blocks_are_the_whole_in_parts(as_given):
    model = small().fit(SMALL)
    blocks = list(model.transform_blocks(as_given(SMALL), block_size=15))
    assert [len(block) for block in blocks] == [15, 15, 10]
    np.testing.assert_allclose(np.vstack(blocks), model.transform(SMALL), atol=1e-12)


def test_blocks_are_read_when_asked_and_one_ahead():
    class Counted:
        """Rows that tell which of them were read."""

        shape = SMALL.shape
        read = 0

        def __getitem__(self, rows):
            Counted.read = max(Counted.read, rows.stop)
            return SMALL[rows]

    blocks = small().fit(SMALL).transform_blocks(Counted(), block_size=10)
    assert Counted.read == 0
    next(blocks)
    blocks.close()
    assert Counted.read == 20


def test_inverse_of_nodes_and_of_sure_responsibilities_are_the_prototypes():
    model = small().fit(SMALL + 100)
    sheet = model.manifold_
    prototypes = sheet.projections + sheet.offset
    np.testing.assert_allclose(model.inverse_transform(sheet.nodes), prototypes)
    np.testing.assert_allclose(model.inverse_transform(np.eye(25)), prototypes)
    R = model.set_params(model="responsibilities").transform(SMALL + 100)
    assert ((model.inverse_transform(R) - SMALL - 100) ** 2).mean() < SMALL.var()


def test_score_is_the_mean_and_what_the_fit_said():
    model = small().fit(SMALL)
    assert model.score(SMALL) == pytest.approx(model.score_samples(SMALL).mean(), rel=1e-12)
    assert model.score(SMALL) == pytest.approx(model.log_likelihood_path_[-1], rel=1e-9)


# runIGTM


@pytest.fixture
def holes():
    X = load_wine().data.copy()
    X[np.random.default_rng(0).random(X.shape) < 0.05] = np.nan
    return X


@pytest.mark.parametrize("settings", [{}, {"doPCA": True}, {"doPCA": True, "n_components": 3}])
@pytest.mark.parametrize("missing_strategy", ["median", "mean"])
def test_run_agrees_with_ugtm(holes, settings, missing_strategy, capsys):
    settings = {"k": 10, "m": 3, "niter": 8, "missing_strategy": missing_strategy, **settings}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import ugtm

        theirs = ugtm.runIGTM(holes, verbose=True, **settings)
    assert capsys.readouterr().out.count("Iter") == 8
    ours = runIGTM(holes, **settings)
    for name in ("matMeans", "matModes", "matX", "matY", "matW"):
        assert getattr(ours, name).shape == getattr(theirs, name).shape, name
    np.testing.assert_allclose(ours.matX, theirs.matX, atol=1e-12)
    np.testing.assert_allclose(ours.matMeans, theirs.matMeans, atol=1e-3)
    np.testing.assert_allclose(ours.matY, theirs.matY, atol=1e-3)
    assert ours.betaInv == pytest.approx(theirs.betaInv, rel=1e-4)
    assert ours.converged is False


def test_inverse_transform_of_holes():
    with pytest.raises(ValueError, match=r"NaN or infinity in X: drop"):
        small().fit(SMALL).inverse_transform([[0.0, np.nan]])


def test_run_with_an_unknown_strategy(holes):
    with pytest.raises(ValueError, match="missing_strategy='foo': choose one of median"):
        runIGTM(holes, missing_strategy="foo")


def test_run_refuses_holes_that_it_may_not_fill(holes):
    with pytest.raises(ValueError, match="NaN"):
        runIGTM(holes, missing=False)


@pytest.mark.parametrize("missing", [True, False])
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (TOO_LARGE, "X contains infinity in row .* column .*[Dd]rop.*cap"),
        (pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, np.inf]}), "X contains infinity in row 1 .* column 'b'.*[Dd]rop"),
        (TEXT, "X holds text .*drop.*encode"),
        (SMALL[:0], "X has 0 sample.*give a row"),
        (SMALL[:, 0], "X has shape .*[Rr]eshape"),
    ],
    ids=["inf", "inf in a frame", "text", "no rows", "1d"],
)
def test_run_refuses_with_a_remedy(data, words, missing):
    with pytest.raises(ValueError, match=words):
        runIGTM(data, missing=missing)


@pytest.mark.parametrize("n_components", [0, -3, 40])
def test_run_refuses_numbers_of_components_that_there_are_not(holes, n_components):
    with pytest.raises(ValueError, match=rf"n_components={n_components}: give -1.* or from 1 to 13"):
        runIGTM(holes, doPCA=True, n_components=n_components)


def test_run_takes_frames_and_converges():
    frame = load_iris(as_frame=True).data
    result = runIGTM(frame, k=8, m=2)
    assert result.converged is True
    assert result.matMeans.shape == (150, 2)
