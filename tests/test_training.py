"""The run: its states, its thread, and that what it finds is what eIGTM finds."""

import threading
import time

import numpy as np
import pandas as pd
import pytest

from igtm.dashboard.training import Job, Training
from igtm.estimator import eIGTM
from igtm.tables import preprocessing, samples, tables
from igtm.tables.preprocessing import Recipe

SETTINGS = {"k": 8, "m": 3, "s": 0.3, "regul": 0.1, "n_blocks": 0, "niter": 30, "tol": 0}


def until(training, condition, seconds=120):
    """Poll as the page does, until the condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"still {training.status}"
        time.sleep(0.01)
        training.poll()


@pytest.fixture
def training():
    training = Training()
    yield training
    training.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("igtm")]


@pytest.fixture
def wine():
    return Job(samples.load("wine"), Recipe(), SETTINGS)


@pytest.fixture
def endless():
    frame = pd.DataFrame(np.random.default_rng(0).standard_normal((20_000, 20)))
    return Job(tables.from_frame(frame), Recipe(), SETTINGS | {"niter": 2000})


def test_a_run_finds_what_the_estimator_finds(training, wine):
    training.start(wine)
    training.join()
    training.poll()
    X = preprocessing.pipeline(wine.table, wine.recipe).fit_transform(wine.table.frame)
    model = eIGTM(**SETTINGS).fit(X)
    assert training.status == "done"
    np.testing.assert_array_equal(training.result.points[["mean_x", "mean_y"]], model.transform(X))
    np.testing.assert_array_equal(training.frame.path["objective"], model.objective_path_)
    np.testing.assert_array_equal(training.frame.points["mean_x"], training.result.points["mean_x"])


def test_paused_it_makes_no_step_but_those_asked_for(training, endless):
    training.start(endless, paused=True)
    until(training, lambda: training.frame is not None)
    assert training.frame.step.n_iter == 0
    for n in (1, 2):
        training.advance()
        until(training, lambda n=n: training.frame.step.n_iter == n)
    time.sleep(0.2)
    training.poll()
    assert training.frame.step.n_iter == 2
    training.resume()
    until(training, lambda: training.frame.step.n_iter > 4)
    training.pause()
    assert training.status == "paused"


def test_stopped_it_keeps_the_last_whole_step(training, endless):
    training.start(endless)
    until(training, lambda: training.frame is not None and training.frame.step.n_iter > 2)
    training.stop()
    until(training, lambda: training.status == "stopped")
    model = training.result.model
    assert model.stop_reason_ == "stopped"
    assert model.n_iter_ == training.frame.step.n_iter == len(model.objective_path_) - 1
    assert len(training.result.points) == 20_000


def test_stopped_while_paused_it_ends(training, endless):
    training.start(endless, paused=True)
    until(training, lambda: training.frame is not None)
    training.stop()
    until(training, lambda: training.status == "stopped")
    assert training.result.model.n_iter_ == 0


def test_a_failed_run_says_why_and_leaves_the_earlier_result(training, wine):
    training.start(wine)
    training.join()
    training.poll()
    earlier = training.result
    nothing = wine.table.with_roles(dict.fromkeys(wine.table.features, "ignored"))
    training.start(Job(nothing, Recipe(), SETTINGS))
    training.join()
    training.poll()
    assert training.status == "failed"
    assert "feature" in training.error
    assert training.result is earlier


def test_one_run_at_a_time(training, endless):
    training.start(endless)
    with pytest.raises(RuntimeError, match="stop it"):
        training.start(endless)


def test_large_tables_are_drawn_from_a_sample_that_keeps_every_class(training):
    frame = pd.DataFrame(np.random.default_rng(0).standard_normal((30_000, 3)), columns=list("abc"))
    frame["kind"] = np.where(frame.index == 29_999, "rare", "common")
    training.start(Job(tables.from_frame(frame), Recipe(), SETTINGS | {"niter": 1}))
    training.join()
    training.poll()
    assert 20_000 <= len(training.frame.rows) <= 20_001
    assert set(frame["kind"].iloc[training.frame.rows]) == {"rare", "common"}
    assert len(training.result.points) == 30_000
