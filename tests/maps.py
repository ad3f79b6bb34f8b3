"""Fitted tables that several tests share."""

from igtm.estimator import eIGTM
from igtm.maps import table_map
from igtm.tables import preprocessing
from igtm.tables.preprocessing import Recipe


def fit(table, recipe=Recipe(), steps=None, **settings):  # noqa: B008 - frozen
    """Fit as the dashboard does; `steps` stops the fit after so many iterations."""
    pipeline = preprocessing.pipeline(table, recipe)
    X = pipeline.fit_transform(table.frame)
    model = eIGTM(**{"k": 6, "niter": 15} | settings)
    iterations = model.iter_fit(X)
    for step in iterations:
        if step.n_iter == steps:
            break
    iterations.close()
    return table_map.place(table, recipe, pipeline, model, X)
