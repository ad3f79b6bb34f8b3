"""A model file: whole or not there, without pickle, and nothing else is taken for one."""

import io
import json

import numpy as np
import pandas as pd
import pytest

import igtm
from igtm import eIGTM
from igtm.saving import storage

X = np.random.default_rng(0).normal(size=(40, 3)) + 5


@pytest.fixture
def model():
    return eIGTM(k=5, m=2, s=0.4, regul=0.2, niter=10, tol=0).fit(X)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", ["means", "modes", "responsibilities"])
def test_a_loaded_model_transforms_identically(dtype, kind, tmp_path):
    model = eIGTM(k=5, m=2, niter=10, tol=0, model=kind).fit(X.astype(dtype))
    model.save(tmp_path / "model.npz")
    loaded = igtm.load(tmp_path / "model.npz")
    np.testing.assert_array_equal(loaded.transform(X.astype(dtype)), model.transform(X.astype(dtype)))
    np.testing.assert_array_equal(loaded.score_samples(X), model.score_samples(X))
    assert loaded.get_params() == model.get_params()


def test_a_loaded_model_knows_its_fit_and_goes_on(model, tmp_path):
    model.save(str(tmp_path / "model"))  # no suffix is added to a name
    loaded = igtm.load(str(tmp_path / "model"))
    assert (loaded.n_iter_, loaded.stop_reason_, loaded.converged_) == (10, "niter", False)
    np.testing.assert_array_equal(loaded.objective_path_, model.objective_path_)
    for each in (model, loaded):
        each.set_params(warm_start=True).fit(X)
    np.testing.assert_array_equal(loaded.manifold_.weights, model.manifold_.weights)


def test_feature_names_are_kept(tmp_path):
    frame = pd.DataFrame(X, columns=["länge", "b", "c"])
    eIGTM(k=5, m=2, niter=3, tol=0).fit(frame).save(tmp_path / "model.npz")
    loaded = igtm.load(tmp_path / "model.npz")
    assert loaded.feature_names_in_.tolist() == ["länge", "b", "c"]
    with pytest.raises(ValueError, match="feature names"):
        loaded.transform(frame.rename(columns={"b": "z"}))


def test_an_open_file_serves_as_well(model):
    file = io.BytesIO()
    model.save(file)
    np.testing.assert_array_equal(igtm.load(file).transform(X), model.transform(X))


def test_numpy_opens_it_without_pickle(model, tmp_path):
    model.save(tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz", allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    assert json.loads(arrays["metadata"].tobytes())["format"] == "igtm"
    np.testing.assert_array_equal(arrays["weights"], model.manifold_.weights)


def test_a_failed_save_leaves_the_earlier_file_and_nothing_else(model, tmp_path):
    path = tmp_path / "model.npz"
    model.save(path)
    earlier = path.read_bytes()

    class Unwritable:
        def __array__(self, dtype=None, copy=None):
            raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        storage.write(path, {}, {"weights": Unwritable()})
    assert path.read_bytes() == earlier
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_missing_is_named(model, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no folder .*missing: make it"):
        model.save(tmp_path / "missing" / "model.npz")


def test_a_saved_file_is_as_readable_as_any_other(model, tmp_path):
    model.save(tmp_path / "model.npz")
    (tmp_path / "other").touch()
    assert (tmp_path / "model.npz").stat().st_mode == (tmp_path / "other").stat().st_mode


def rewritten(path, change):
    """The file at `path` with its metadata and arrays changed by `change`."""
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    metadata = json.loads(arrays.pop("metadata").tobytes())
    change(metadata, arrays)
    np.savez(path, metadata=np.frombuffer(json.dumps(metadata).encode(), np.uint8), **arrays)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda meta, arrays: meta.update(version=99), "version 99.*[Uu]pdate"),
        (lambda meta, arrays: meta.update(format="other"), "igtm"),
        (lambda meta, arrays: meta.pop("params"), "params"),
        (lambda meta, arrays: meta["params"].update(k=-1), "'k'"),
        (lambda meta, arrays: meta["params"].update(colour="red"), "colour"),
        (lambda meta, arrays: meta.update(grid=[5, 9, 0.4]), "fit together"),
        (lambda meta, arrays: meta.update(noise=[1]), "complete"),
        (lambda meta, arrays: arrays.pop("weights"), "weights"),
        (lambda meta, arrays: arrays.update(offset=np.zeros(7)), "fit together"),
    ],
)
def test_a_file_that_is_not_a_whole_model_is_refused(model, tmp_path, change, words):
    model.save(tmp_path / "model.npz")
    rewritten(tmp_path / "model.npz", change)
    with pytest.raises(ValueError, match=words):
        igtm.load(tmp_path / "model.npz")


def test_pickled_arrays_are_refused(model, tmp_path):
    model.save(tmp_path / "model.npz")
    rewritten(tmp_path / "model.npz", lambda meta, arrays: arrays.update(weights=np.array([{}], dtype=object)))
    with pytest.raises(ValueError, match="not a readable igtm model"):
        igtm.load(tmp_path / "model.npz")


@pytest.mark.parametrize("content", [b"", b"not a model", b"PK\x03\x04 torn"])
def test_foreign_files_are_refused(tmp_path, content):
    (tmp_path / "model.npz").write_bytes(content)
    with pytest.raises(ValueError, match=r"model\.npz is not a readable igtm model"):
        igtm.load(tmp_path / "model.npz")


def test_of_an_archive_of_somebody_elses_it_is_said_that_it_is_not_ours(tmp_path):
    np.savez(tmp_path / "model.npz", X=np.eye(2))
    with pytest.raises(ValueError, match=r"model\.npz is not .*does not say that igtm wrote it"):
        igtm.load(tmp_path / "model.npz")


def test_damage_anywhere_is_noticed_or_harmless(model):
    file = io.BytesIO()
    model.save(file)
    whole = file.getvalue()
    for length in range(0, len(whole), 97):
        with pytest.raises(ValueError, match="not a readable igtm model"):
            igtm.load(io.BytesIO(whole[:length]))
    for place in range(0, len(whole), 41):
        damaged = bytearray(whole)
        damaged[place] ^= 0x55
        try:
            loaded = igtm.load(io.BytesIO(damaged))
        except ValueError:
            continue
        np.testing.assert_array_equal(loaded.transform(X), model.transform(X))


def test_a_file_that_is_missing_is_called_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        igtm.load(tmp_path / "none.npz")
