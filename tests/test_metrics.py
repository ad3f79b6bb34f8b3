"""The quality of maps that are made to be good or bad, and what is said of them."""

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

import igtm
from igtm.estimator import eIGTM
from igtm.maps import metrics
from igtm.maps.neighbours import trustworthiness
from igtm.maps.table_map import fit
from igtm.tables import samples

COLUMNS = ["measure", "value", "verdict", "reading", "range", "meaning", "advice", "rows", "of"]


def quality(X, **settings):
    """Fit, and say how good it is: verdicts and advice by measure."""
    model = eIGTM(**settings)
    for _ in model.iter_fit(X):
        pass
    return metrics.quality(model, X).set_index("measure")


def said(frame):
    return {name: text for name, text in frame["advice"].items() if text}


@pytest.fixture(scope="module")
def sheet():
    """Rows on a curved sheet in twelve dimensions, with little noise."""
    rng = np.random.default_rng(0)
    latent = rng.uniform(-1, 1, size=(500, 2))
    X = np.tanh(2 * latent @ rng.normal(size=(2, 12))) + 0.1 * rng.normal(size=(500, 12))
    return StandardScaler().fit_transform(X)


@pytest.fixture(scope="module")
def good(sheet):
    return quality(sheet, k=10, m=4, niter=30)


def test_a_good_map_is_called_good(good):
    assert list(good.reset_index()) == COLUMNS
    assert good.index.tolist() == [rule.measure for rule in metrics.RULES]
    assert (good["verdict"] == "good").sum() >= 10
    assert "poor" not in set(good["verdict"])
    assert said(good) == {}


def test_a_stiff_map_is_told_to_be_looser():
    curve = StandardScaler().fit_transform(samples.load("S-curve").frame[["x", "y", "z"]][:600])
    frame = quality(curve, k=8, m=2, s=1.0, regul=10.0, niter=20)
    assert said(frame) == {"beyond a plane": "Over-smooth: raise m, or lower s or regul."}
    slightly = quality(curve, k=8, m=3, s=1.0, regul=1.0, niter=30)
    assert slightly["value"]["gain of a looser map"] > metrics.NATS
    assert "Over-smooth" in said(slightly)["gain of a looser map"]


def test_an_overfitted_map_is_told_to_be_stiffer():
    X = np.random.default_rng(0).normal(size=(120, 6))
    assert "Overfitted" in said(quality(X, k=10, m=8, regul=1e-3, niter=20))["gain of a stiffer map"]


def test_places_are_called_uncertain_only_where_neighbours_are_wrong_and_it_is_said_how_far(sheet):
    manifold = eIGTM(k=10, m=4, niter=2, tol=0).fit(sheet).manifold_
    values = {rule.measure: 2 * rule.good - rule.poor for rule in metrics.RULES}  # all is good
    wide = values | {"responsibility entropy": 0.5}
    assert metrics.advice(wide | {"trustworthiness": 0.96}, manifold) == {}
    advised = metrics.advice(wide | {"trustworthiness": 0.9}, manifold)["responsibility entropy"]
    assert "about 10 of 100 nodes" in advised  # the square root


def test_noise_features_are_counted_and_a_pca_is_advised(sheet):
    noise = np.random.default_rng(1).normal(size=(500, 60))
    frame = quality(np.hstack([sheet[:, :4], noise]), k=8, m=3, niter=15)
    assert frame["verdict"]["noise features"] == "poor"
    n = round(frame["value"]["noise features"] * 64)
    assert said(frame)["noise features"].startswith(f"{n} of 64 features are noise to this map: try PCA 16")


def test_more_nodes_than_needed_are_found():
    X = np.repeat([[0.0, 0, 0], [9, 0, 1], [0, 9, 2]], 20, axis=0) + np.random.default_rng(0).normal(size=(60, 3))
    frame = quality(X, k=16, m=3, niter=15)
    assert frame["verdict"]["empty nodes"] in ("fair", "poor")
    assert "lower k to about" in said(frame)["empty nodes"]


def test_large_tables_are_sampled_and_it_is_said(sheet):
    model = eIGTM(k=6, niter=5, tol=0).fit(sheet)
    frame = metrics.quality(model, sheet, sample=200).set_index("measure")
    assert (frame["of"] == 500).all()
    assert frame["rows"].drop("empty nodes").eq(200).all()
    again = metrics.quality(model, sheet, sample=200).set_index("measure")
    assert frame.equals(again)
    whole = metrics.quality(model, sheet).set_index("measure")["value"]["trustworthiness"]
    assert whole == pytest.approx(trustworthiness(sheet, model.transform(sheet), 10))


def test_held_out_rows_may_be_given(sheet):
    model = eIGTM(k=6, m=3, niter=10, tol=0).fit(sheet[:400])
    values = metrics.measure(model, sheet[:400], sheet[400:])
    assert values["held-out log-likelihood"] == pytest.approx(model.score(sheet[400:]))
    far = metrics.measure(model, sheet[:400], sheet[400:] + 5)
    assert far["held-out log-likelihood"] < values["held-out log-likelihood"] - 10


def test_empty_nodes_do_not_depend_on_how_often_rows_are_repeated(sheet):
    model = eIGTM(k=9, m=3, niter=10, tol=0).fit(sheet)
    once = metrics.empty_nodes(model.manifold_, sheet)
    assert metrics.empty_nodes(model.manifold_, np.repeat(sheet, 3, axis=0)) == once
    assert metrics.empty_nodes(model.manifold_, sheet[:1]) > 0.8


@pytest.mark.parametrize("n", [1, 3, 12])
def test_few_rows_leave_blanks(n):
    frame = quality(np.random.default_rng(0).normal(size=(n, 3)), k=3, m=2, niter=3)
    assert len(frame) == len(metrics.RULES)
    blank = frame["value"].isna()
    assert (frame["verdict"][blank] == "").all()
    assert blank.any() == (n < 12)


def test_of_a_table_map_or_of_a_model_with_its_rows(sheet):
    fitted = fit(samples.load("iris"), k=5, niter=5)
    assert igtm.metrics.quality(fitted).equals(metrics.quality(fitted.model, fitted.X))
    with pytest.raises(ValueError, match="X is missing"):
        metrics.quality(fitted.model)


@pytest.mark.parametrize(
    ("value", "verdict"), [(0.99, "good"), (0.95, "good"), (0.9, "fair"), (0.85, "poor"), (np.nan, "")]
)
def test_verdicts_follow_the_scale(value, verdict):
    rule = next(rule for rule in metrics.RULES if rule.measure == "trustworthiness")
    assert rule.verdict(value) == verdict
    assert rule.reading == "good from 0.95, poor to 0.85"


def test_lower_is_better_where_it_is():
    rule = next(rule for rule in metrics.RULES if rule.measure == "empty nodes")
    assert [rule.verdict(value) for value in (0.1, 0.5, 0.9)] == ["good", "fair", "poor"]
    assert rule.reading == "good to 0.3, poor from 0.6"


def test_rows_that_are_all_alike_have_no_quality_to_speak_of():
    X = np.vstack([np.ones((40, 2)), [[2.0, 3.0]]])
    frame = quality(X, k=3, m=2, niter=3)
    assert np.isfinite(frame["value"]).all()


def test_a_map_of_one_node_is_told_to_have_more(sheet):
    assert said(quality(sheet[:60], k=1, niter=3)) == {"beyond a plane": "Over-smooth: raise k."}
