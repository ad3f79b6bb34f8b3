"""A fit that is killed, stopped or fails goes on from its checkpoint, bit for bit; no other fit does."""

import multiprocessing
import os
import signal
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import igtm
from igtm import eIGTM
from igtm.saving import storage

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 5)) @ RNG.normal(size=(5, 5))
WEIGHTS = RNG.integers(1, 4, size=300).astype(float)


def small(**settings):
    return eIGTM(**{"k": 6, "m": 3, "niter": 12, "tol": 0, **settings})


def assert_same_fit(one, other):
    np.testing.assert_array_equal(one.manifold_.weights, other.manifold_.weights)
    assert one.manifold_.noise_variance == other.manifold_.noise_variance
    np.testing.assert_array_equal(one.log_likelihood_path_, other.log_likelihood_path_)
    np.testing.assert_array_equal(one.objective_path_, other.objective_path_)
    assert (one.n_iter_, one.stop_reason_, one.converged_) == (other.n_iter_, other.stop_reason_, other.converged_)


def stop_after(n_steps, model, rows, path, **data):
    """Leave a checkpoint of a fit that ended in the middle."""
    steps = model.iter_fit(rows, checkpoint=path, **data)
    for _ in range(n_steps):
        next(steps, None)
    steps.close()


@pytest.fixture
def path(tmp_path):
    """The checkpoint of `small()` on `X`, at iteration 4."""
    path = tmp_path / "fit.npz"
    stop_after(5, small(), X, path)
    return path


# Killed


def reached(path):
    """The iteration at which a checkpoint is, -1 before there is one."""
    return igtm.load(path).n_iter_ if path.exists() else -1


def kill_in_mid_fit(model, path):
    """Fit in a process of its own and kill it at a random moment once it has come farther than those before it."""
    before = reached(path)
    options = {"checkpoint": path, "checkpoint_every": 0}
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["igtm"])
    process = processes.Process(target=model.fit, args=(X,), kwargs=options)
    process.start()
    while process.is_alive() and reached(path) == before:
        time.sleep(0.001)
    time.sleep(RNG.uniform(0, 0.03))
    process.kill()
    process.join()
    return process.exitcode == -signal.SIGKILL


def test_killed_again_and_again_it_ends_where_an_unbroken_fit_ends(tmp_path):
    path = tmp_path / "fit.npz"
    model = small(niter=300)
    kills = 0
    while kills < 5 and kill_in_mid_fit(model, path):
        kills += 1
    assert kills > 1
    assert_same_fit(model.fit(X, checkpoint=path), small(niter=300).fit(X))
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_writer_left_is_swept_and_nothing_else(path):
    torn = path.with_name(f".{path.name}.{'0a' * 16}")
    others = [
        path.with_name(name)
        for name in (f".other.npz.{'0a' * 16}", f".{path.name}.backup", f"{path.name}.{'0a' * 16}")
    ]
    for each in (torn, *others):
        each.write_bytes(b"PK")
    small().fit(X, checkpoint=path)
    assert sorted(path.parent.iterdir()) == sorted([path, *others])


# Goes on


@given(
    breaks=st.lists(st.integers(1, 9), min_size=1, max_size=3),
    dtype=st.sampled_from([np.float64, np.float32]),
    weighted=st.booleans(),
    tol=st.sampled_from([0, 0.02]),
)
@settings(deadline=None, max_examples=15)
def test_broken_off_anywhere_it_ends_where_an_unbroken_fit_ends(breaks, dtype, weighted, tol, tmp_path_factory):
    path = tmp_path_factory.mktemp("broken") / "fit.npz"
    rows, data = X.astype(dtype), {"sample_weight": WEIGHTS} if weighted else {}
    unbroken = small(niter=20, tol=tol).fit(rows, **data)
    assert unbroken.stop_reason_ == ("tol" if tol else "niter")
    for n_steps in breaks:
        stop_after(n_steps, small(niter=20, tol=tol), rows, path, **data)
    assert_same_fit(small(niter=20, tol=tol).fit(rows, checkpoint=path, **data), unbroken)


def test_the_steps_of_the_second_run_are_those_of_an_unbroken_one(path):
    unbroken = list(small().iter_fit(X))
    again = list(small().iter_fit(X, checkpoint=path))
    assert [step.n_iter for step in again] == list(range(4, 13))
    assert [step.gain for step in again] == [step.gain for step in unbroken[4:]]


def test_a_warm_start_that_is_broken_off_goes_on_too(tmp_path):
    first = small().fit(X)
    first.save(tmp_path / "first")
    unbroken = first.set_params(warm_start=True).fit(X)
    stop_after(3, igtm.load(tmp_path / "first").set_params(warm_start=True), X, tmp_path / "fit.npz")
    again = igtm.load(tmp_path / "first").set_params(warm_start=True).fit(X, checkpoint=tmp_path / "fit.npz")
    assert (again.n_iter_, unbroken.n_iter_) == (24, 24)
    assert_same_fit(again, unbroken)
    with pytest.raises(ValueError, match=r"start=.*12 .*there and .*principal components"):
        small(niter=40).fit(X, checkpoint=tmp_path / "fit.npz")


def test_a_fit_that_ended_ends_at_the_same_place_after_one_pass(path):
    ended = small().fit(X, checkpoint=path)
    again = small()
    assert len(list(again.iter_fit(X, checkpoint=path))) == 1
    assert_same_fit(again, ended)


def test_a_fit_that_ended_goes_on_with_more_iterations_or_less_tolerance(path):
    for changed in ({"tol": 0.05}, {"tol": 0.03, "niter": 30}, {"tol": 0, "niter": 30}):
        assert_same_fit(small(**changed).fit(X, checkpoint=path), small(**changed).fit(X))


def test_blocks_may_change(path):
    other = small(n_blocks=7).fit(X, checkpoint=path)
    np.testing.assert_allclose(other.manifold_.weights, small().fit(X).manifold_.weights, rtol=1e-9, atol=1e-12)


def test_it_is_written_now_and_then(tmp_path):
    path = tmp_path / "fit.npz"
    seen = {}
    for every in (0, 3600):
        steps = small().iter_fit(X, checkpoint=path.with_suffix(f".{every}"), checkpoint_every=every)
        seen[every] = [(step.n_iter, reached(path.with_suffix(f".{every}"))) for step in steps]
        assert reached(path.with_suffix(f".{every}")) == 12  # always at the end
    assert seen[0] == [(n, n) for n in range(13)]
    assert seen[3600] == [(n, -1) for n in range(13)]


def test_it_is_a_model_of_the_fit_so_far(path):
    half = igtm.load(path)
    assert (half.n_iter_, half.stop_reason_) == (4, "stopped")
    np.testing.assert_array_equal(half.transform(X), small(niter=4).fit(X).transform(X))


def saved(rows, path):
    np.save(path, rows)


def parquet(rows, path):
    pd.DataFrame(rows, columns=list("abcde")).to_parquet(path, row_group_size=50)


@pytest.mark.parametrize(("write", "name"), [(saved, "rows.npy"), (parquet, "rows.parquet")])
@pytest.mark.parametrize("share", [0, 0.5])
def test_a_file_that_breaks_and_is_put_back(share, write, name, path):
    """Cut short in the middle of a pass, to nothing or to a half."""
    file = path.with_name(name)
    write(X, file)
    path.unlink()
    whole = file.read_bytes()
    model = small(n_blocks=6)
    steps = model.iter_fit(file, checkpoint=path)
    while next(steps).n_iter < 3:
        pass
    os.truncate(file, int(share * len(whole)))
    with pytest.raises(OSError, match=rf"Rows [\d,]+ to [\d,]+ of .*{name} cannot be read.*checkpoint"):
        next(steps)
    assert (model.n_iter_, reached(path)) == (3, 3)
    kept = path.read_bytes()
    with pytest.raises(OSError, match=rf"{name} cannot be read.*Put the whole file back"):
        small(n_blocks=6).fit(file, checkpoint=path)
    assert path.read_bytes() == kept
    file.write_bytes(whole)
    assert_same_fit(small(n_blocks=6).fit(file, checkpoint=path), small(n_blocks=6).fit(file))


# Refused


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"k": 7}, "k=6 there and 7 here"),
        ({"m": 4}, "m=3 there and 4 here"),
        ({"s": 0.5, "regul": 2}, "s=0.3 there and 0.5 here, regul=0.1 there and 2 here"),
        ({"niter": 3}, "at iteration 4, past the end .* niter=3 .* Raise niter"),
        ({"tol": 1.0}, "at iteration 4, past the end .* tol=1.0.*lower tol"),
    ],
)
def test_other_settings_are_refused_by_name(settings, words, path):
    assert_refused(words, small(**settings), X, path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda X: X[1:], "rows=300 there and 299 here"),
        (lambda X: X[:, 1:], "features=5 there and 4 here"),
        (lambda X: X.astype(np.float32), "dtype=float64 there and float32 here"),
        (lambda X: X + 1e-3 * (np.arange(1500).reshape(X.shape) == 700), "other rows or with other sample weights"),
        (lambda X: X[:, ::-1], "other rows or with other sample weights"),
        (lambda X: X + 1, "other rows or with other sample weights"),
    ],
)
def test_other_rows_are_refused(change, words, path):
    assert_refused(words, small(), change(X), path)


def test_other_weights_are_refused(path):
    assert_refused("other rows or with other sample weights", small(), X, path, sample_weight=WEIGHTS)


def assert_refused(words, model, rows, path, **data):
    before = path.read_bytes()
    with pytest.raises(ValueError, match=words) as error:
        model.fit(rows, checkpoint=path, **data)
    assert any(remedy in str(error.value) for remedy in ("Delete ", "delete the checkpoint"))
    assert path.read_bytes() == before
    assert not hasattr(model, "manifold_")


@pytest.mark.parametrize("share", [0, 0.3, 0.7, 0.99])
def test_a_damaged_file_is_refused(share, path):
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    assert_refused(r"fit\.npz is not a readable igtm model.*Delete .* to fit anew", small(), X, path)


def test_half_a_checkpoint_is_refused(path):
    metadata, arrays = storage.read(path)
    del arrays["offset"]
    storage.write(path, metadata, arrays)
    assert_refused(r"not a complete igtm model.*Delete .*fit\.npz to fit anew", small(), X, path)


def test_a_model_is_not_overwritten(tmp_path):
    model = small().fit(X)
    model.save(tmp_path / "model.npz")
    with pytest.raises(ValueError, match=r"model\.npz is a model and no checkpoint.*another path"):
        model.fit(X, checkpoint=tmp_path / "model.npz")


def test_where_no_file_can_be(tmp_path):
    for wrong in (tmp_path, tmp_path / "none" / "fit.npz"):
        with pytest.raises(ValueError, match=r"checkpoint=.*the name of a file, in a folder that exists"):
            small().fit(X, checkpoint=wrong)


@pytest.mark.parametrize("every", [-1, np.nan, "1 min", None])
def test_seconds_that_are_none(every, tmp_path):
    with pytest.raises(ValueError, match=r"checkpoint_every=.*seconds"):
        small().fit(X, checkpoint=tmp_path / "fit.npz", checkpoint_every=every)
