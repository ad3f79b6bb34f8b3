"""A Dask collection is fitted and mapped where its partitions lie, with the same result as an array."""

import os
import signal
import sys

import cloudpickle
import dask
import dask.array as da
import dask.bag as bag
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
from dask.core import flatten
from distributed import Client, LocalCluster

from igtm import eIGTM
from igtm.engine.cluster import ClusterExpectation, held
from igtm.rows.partitions import partitions
from igtm.rows.threads import Cancelled

# Workers need not be able to import this file.
cloudpickle.register_pickle_by_value(sys.modules[__name__])

N_FEATURES = 6
MIXING = np.random.default_rng(0).normal(size=(3, N_FEATURES))
SETTINGS = {"k": 8, "m": 3, "niter": 6, "tol": 0}


def made(n_rows, seed):
    """Rows that differ from partition to partition, not centred."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n_rows, 3)) @ MIXING + 0.1 * rng.normal(size=(n_rows, N_FEATURES)) + 5 + seed / 5


def lazy(lengths):
    """Rows that workers make themselves, one chunk of each length."""
    return da.map_blocks(
        lambda block_id: made(lengths[block_id[0]], block_id[0]),
        chunks=(tuple(lengths), (N_FEATURES,)),
        meta=np.empty((0, N_FEATURES)),
    )


LENGTHS = [150, 90, 0, 210, 60, 120, 80, 100, 130, 160]
X = np.concatenate([made(length, seed) for seed, length in enumerate(LENGTHS)])
W = np.random.default_rng(1).integers(0, 4, size=len(X)).astype(float)
FRAME = pd.DataFrame(X, columns=list("abcdef"))


@pytest.fixture(scope="module")
def cluster():
    """Two worker processes of one thread each, which leave each other's partitions alone."""
    stay = dask.config.set({"distributed.scheduler.work-stealing": False})
    with stay, LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        yield cluster


@pytest.fixture
def client(cluster):
    with Client(cluster) as client:
        client.wait_for_workers(2, timeout=60)
        yield client


@pytest.fixture(params=["threads", "cluster"])
def scheduler(request):
    """The same test without a cluster and with one."""
    return request.getfixturevalue("client") if request.param == "cluster" else None


def fitted(X, sample_weight=None, **settings):
    return eIGTM(**SETTINGS | settings).fit(X, sample_weight=sample_weight)


def assert_same_fit(model, expected):
    weights = expected.manifold_.weights
    np.testing.assert_allclose(model.manifold_.weights, weights, rtol=0, atol=1e-9 * np.abs(weights).max())
    np.testing.assert_allclose(model.manifold_.noise_variance, expected.manifold_.noise_variance, rtol=1e-9)
    np.testing.assert_allclose(model.log_likelihood_path_, expected.log_likelihood_path_, rtol=1e-9)


# Fitting


@pytest.mark.usefixtures("scheduler")
def test_an_array_is_fitted_as_if_it_were_here():
    model = fitted(lazy(LENGTHS))
    assert_same_fit(model, fitted(X))
    assert model.n_features_in_ == N_FEATURES


@pytest.mark.usefixtures("scheduler")
def test_a_frame_of_unknown_lengths_with_a_column_of_weights():
    frame = dd.from_pandas(FRAME.assign(weight=W), npartitions=4)
    frame = frame[frame["a"] > 3]  # nobody knows how many are left
    model = fitted(frame, sample_weight="weight", k=0)
    kept = (FRAME["a"] > 3).to_numpy()
    assert_same_fit(model, fitted(FRAME[kept], sample_weight=W[kept], k=0))
    assert list(model.feature_names_in_) == list("abcdef")


COLLECTIONS = {
    "features in several chunks": lambda: da.from_array(X, chunks=(300, 4)),
    "one partition": lambda: da.from_array(X, chunks=-1),
    "a row a partition": lambda: da.from_array(X[:50], chunks=(1, -1)),
    "integers": lambda: da.from_array((10 * X).astype(int), chunks=200),
    "a frame of many types": lambda: dd.from_pandas(FRAME.astype({"a": "float32", "b": int}), npartitions=3),
}


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_how_rows_are_partitioned_does_not_matter(collection):
    rows = COLLECTIONS[collection]()
    assert_same_fit(fitted(rows), fitted(rows.compute()))


def test_float32_stays_float32():
    rows = da.from_array(X.astype(np.float32), chunks=300)
    assert partitions(rows).dtype == np.float32
    model = fitted(rows)
    assert model.transform(rows).dtype == np.float32
    np.testing.assert_allclose(model.transform(rows).compute(), fitted(X).transform(X), atol=0.01)


WEIGHTS = {
    "a Dask array in other chunks": lambda: da.from_array(W, chunks=77),
    "a Series": lambda: dd.from_pandas(pd.Series(W), npartitions=4),
    "an array": lambda: W,
}


@pytest.mark.parametrize("weights", WEIGHTS)
def test_weights_come_in_any_form(weights):
    rows = dd.from_pandas(FRAME, npartitions=4) if weights == "a Series" else da.from_array(X, chunks=300)
    assert_same_fit(fitted(rows, sample_weight=WEIGHTS[weights]()), fitted(X, sample_weight=W))


def test_a_checkpoint_does_not_know_where_rows_lie(tmp_path):
    fit = {"checkpoint": tmp_path / "fit.npz"}
    eIGTM(**SETTINGS | {"niter": 3}).fit(lazy(LENGTHS), **fit)
    assert_same_fit(eIGTM(**SETTINGS | {"niter": 5}).fit(X, **fit), fitted(X, niter=5))
    assert_same_fit(eIGTM(**SETTINGS).fit(lazy(LENGTHS), **fit), fitted(X))
    with pytest.raises(ValueError, match="other rows"):
        eIGTM(**SETTINGS).fit(lazy(LENGTHS) + 0.01, **fit)


def test_a_warm_start_goes_on_with_other_rows():
    whole = fitted(lazy(LENGTHS))
    model = fitted(lazy(LENGTHS), niter=2, warm_start=True)
    model.set_params(niter=4).fit(lazy(LENGTHS))
    np.testing.assert_array_equal(model.manifold_.weights, whole.manifold_.weights)


# What goes wrong


def with_one(value):
    rows = X.copy()
    rows[400, 2] = value
    return da.from_array(rows, chunks=300)


WRONG = {
    "a hole": (lambda: with_one(np.nan), None, "Partition 1 .* NaN in row 100"),
    "infinity": (lambda: with_one(np.inf), None, "infinity"),
    "text": (lambda: dd.from_pandas(FRAME.assign(t="x"), npartitions=2), None, "text"),
    "a bag": (lambda: bag.from_sequence(X.tolist(), npartitions=2), None, "Bag"),
    "one dimension": (lambda: da.from_array(X[:, 0]), None, "2D"),
    "no rows": (lambda: da.from_array(X[:0], chunks=(1, -1)), None, "rows"),
    "no such column": (lambda: dd.from_pandas(FRAME, npartitions=2), "weight", "no column 'weight'"),
    "negative weights": (lambda: da.from_array(X, chunks=300), -W, "sample_weight"),
    "no weight at all": (lambda: da.from_array(X, chunks=300), 0 * W, "sample_weight"),
    "too few weights": (lambda: da.from_array(X, chunks=300), W[:-1], "sample_weight"),
    "weights cut otherwise": (
        lambda: dd.from_pandas(FRAME, npartitions=2),
        dd.from_pandas(pd.Series(W), npartitions=3),
        "partitions",
    ),
    "weights of other rows": (
        lambda: dd.from_pandas(FRAME, npartitions=2),
        dd.from_pandas(pd.Series(W[:-5]), npartitions=2),
        "sample_weight",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_errors_name_what_is_wrong(what):
    rows, weights, message = WRONG[what]
    with pytest.raises(ValueError, match=message):
        fitted(rows(), sample_weight=weights)


def test_an_error_on_a_worker_arrives_here(client):
    with pytest.raises(ValueError, match="NaN"):
        fitted(with_one(np.nan))


# A cluster


def test_a_killed_worker_costs_time_and_nothing_else(client):
    rows = lazy(LENGTHS).persist()
    expected = fitted(rows)
    victims, passed = list(client.run(os.getpid).values())[:1], []

    def kill_one():
        """Asked while workers are at a pass: what the dead one held and had found is lost."""
        if len(passed) == 4 and victims:
            os.kill(victims.pop(), signal.SIGKILL)
        return False

    model = eIGTM(**SETTINGS)
    for step in model.iter_fit(rows, cancelled=kill_one):
        passed.append(step)
    assert not victims
    np.testing.assert_array_equal(model.manifold_.weights, expected.manifold_.weights)


@pytest.mark.usefixtures("scheduler")
def test_a_pass_can_be_cancelled():
    source = partitions(lazy(LENGTHS))
    sheet = fitted(X).manifold_
    with pytest.raises(Cancelled):
        ClusterExpectation(source, cancelled=lambda: True)(sheet)
    assert ClusterExpectation(source, cancelled=lambda: False)(sheet).n == len(X)


def test_workers_keep_the_rows_of_a_fit_unless_their_owner_saw_to_it(client):
    source = partitions(lazy(LENGTHS))
    assert len(client.futures_of(held(source).X)) == len(LENGTHS)
    for collection in (lazy(LENGTHS), dd.from_pandas(FRAME, npartitions=3)):
        persisted = held(partitions(collection.persist()))
        futures = {future.key for future in client.futures_of(persisted.X)}
        assert futures
        assert futures.isdisjoint(flatten(persisted.X.__dask_keys__()))  # the user's own, no copies
        assert ClusterExpectation(persisted)(fitted(X, niter=0).manifold_).n == len(X)
    huge = partitions(da.zeros((10**9, 10**4), chunks=(10**8, -1)))
    assert not client.futures_of(held(huge).X)
    with dask.config.set(scheduler="threads"):
        assert not client.futures_of(held(source).X)


BYTES = []


def count_bytes():
    """Add what this process sends through sockets from now on to BYTES."""
    from distributed.comm.tcp import TCP

    write = TCP.write

    async def counted(self, *args, **kwargs):
        BYTES.append(await write(self, *args, **kwargs))
        return BYTES[-1]

    TCP.write = counted


def sent():
    """Bytes that this process has sent."""
    return sum(BYTES)


def test_traffic_of_a_pass_does_not_depend_on_the_number_of_rows(client, monkeypatch):
    from distributed.comm.tcp import TCP

    monkeypatch.setattr(TCP, "write", TCP.write)  # to be put back
    count_bytes()
    client.run(count_bytes)
    traffic = {}
    for length in (20, 20_000):
        passes = ClusterExpectation(partitions(lazy([length] * 8).persist()))
        sheet = fitted(X, niter=1).manifold_
        traffic[length] = []
        for _ in range(4):
            before = sent() + sum(client.run(sent).values())
            passes(sheet)
            traffic[length].append(sent() + sum(client.run(sent).values()) - before)
    few, many = min(traffic[20]), min(traffic[20_000])
    data = 8 * 20_000 * N_FEATURES * 8
    assert 0 < many < 2 * few < data / 10
    print(traffic)


# Mapping


@pytest.mark.usefixtures("scheduler")
@pytest.mark.parametrize("model", ["means", "modes", "responsibilities"])
def test_the_map_is_lazy_and_the_same(model):
    expected = fitted(X, model=model)
    mapped = expected.transform(lazy(LENGTHS))
    assert isinstance(mapped, da.Array)
    assert mapped.chunks[0] == tuple(LENGTHS)
    np.testing.assert_allclose(mapped.compute(), expected.transform(X), atol=1e-12)
    assert mapped.shape == expected.transform(X).shape


def test_scores_are_lazy_and_the_same():
    model = fitted(X)
    scores = model.score_samples(lazy(LENGTHS))
    assert isinstance(scores, da.Array)
    np.testing.assert_allclose(scores.compute(), model.score_samples(X), rtol=1e-12)
    assert model.score(lazy(LENGTHS)) == pytest.approx(model.score(X))


def test_nothing_is_read_before_it_is_asked_for():
    def fail(part):
        raise AssertionError("read")

    frame = dd.from_pandas(FRAME, npartitions=3).map_partitions(fail, meta=FRAME)
    mapped = fitted(FRAME).transform(frame)
    assert mapped.shape[1] == 2
    with pytest.raises(AssertionError, match="read"):
        mapped.compute()


def test_a_frame_of_unknown_lengths_is_mapped():
    frame = dd.from_pandas(FRAME, npartitions=3)
    model = fitted(FRAME)
    kept = FRAME["a"] > 3
    np.testing.assert_allclose(
        model.transform(frame[frame["a"] > 3]).compute(), model.transform(FRAME[kept]), atol=1e-12
    )
    with pytest.raises(ValueError, match="feature names"):
        model.transform(frame.rename(columns={"a": "z"}))


def test_complete_results_are_for_what_is_here():
    model = fitted(X, model="complete")
    with pytest.raises(ValueError, match="transform_blocks"):
        model.transform(lazy(LENGTHS))
    parts = list(model.transform_blocks(lazy(LENGTHS), 100))
    np.testing.assert_allclose(np.concatenate([part.matMeans for part in parts]), model.transform(X).matMeans)
