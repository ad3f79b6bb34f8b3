"""The page that users were promised, snippet by snippet, `ugtm` replaced by `igtm`."""

import sys

import numpy as np

ESTIMATOR = """
from igtm import eIGTM
import numpy as np

X_train = np.random.randn(10000, 50)
X_test  = np.random.randn(1000, 50)

# Fit iGTM on X_train; blocks chosen automatically
model = eIGTM().fit(X_train)

# 2D projection of X_test
transformed = model.transform(X_test)

# Or fit and transform in one call
transformed_train = eIGTM().fit_transform(X_train)
"""

WRAPPER = """
from igtm import runIGTM
import numpy as np

data = np.random.randn(10000, 50)
model = runIGTM(data, n_blocks=5)

# Access 2D coordinates
coordinates = model.matMeans
modes       = model.matModes
"""

BLOCKS = """
from igtm import eIGTM
import numpy as np

X_train = np.random.randn(10000, 50)
X_test  = np.random.randn(10000, 50)

model = eIGTM().fit(X_train)

# Yields one (block_size, 2) array at a time
for block_coords in model.transform_blocks(X_test, block_size=1000):
    # process or write block_coords here
    pass

# To collect all at once (only if result fits in RAM):
import numpy as np
coords = np.vstack(list(model.transform_blocks(X_test, block_size=1000)))
"""

RESPONSIBILITIES = """
model = eIGTM(model='responsibilities').fit(X_train)
for resp_block in model.transform_blocks(X_test, block_size=1000):
    # resp_block.shape == (1000, n_nodes)
    pass
"""

CHART = """
from igtm import eIGTM
import numpy as np
import altair as alt
import pandas as pd

np.random.seed(0)
X_train = np.random.randn(100, 10)
X_test  = np.random.randn(50, 10)
labels  = np.random.choice(['A', 'B', 'C'], size=50)

transformed = eIGTM(n_blocks=2).fit(X_train).transform(X_test)

df = pd.DataFrame(transformed, columns=["x1", "x2"])
df["label"] = labels

alt.Chart(df).mark_point(size=60).encode(
    x='x1', y='x2',
    color=alt.Color('label:N', scale=alt.Scale(scheme='set1')),
    tooltip=['x1', 'x2', 'label']
).properties(title="iGTM projection of X_test", width=300, height=300).interactive()
"""

GRID_SEARCH = """
from igtm import eIGTM
import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier

X_train = np.random.randn(200, 20)
y_train = np.random.choice([0, 1], size=200)

pipe = Pipeline([
    ('igtm', eIGTM()),
    ('knn',  KNeighborsClassifier()),
])

param_grid = {
    'igtm__k':     [4, 8],
    'igtm__s':     [0.3, 1.0],
    'igtm__regul': [0.01, 0.1],
}

gs = GridSearchCV(pipe, param_grid, cv=3, scoring='accuracy')
gs.fit(X_train, y_train)
print(gs.best_params_)
"""


def run(snippet, namespace=None):
    np.random.seed(0)  # noqa: NPY002 - the page's own generator
    namespace = {} if namespace is None else namespace
    exec(compile(snippet, "<the promised page>", "exec"), namespace)
    return namespace


def on_the_map(coordinates):
    return np.isfinite(coordinates).all() and np.abs(coordinates).max() <= 1 + 1e-12


def test_estimator():
    names = run(ESTIMATOR)
    assert names["transformed"].shape == (1000, 2)
    assert names["transformed_train"].shape == (10_000, 2)
    assert on_the_map(names["transformed"])
    np.testing.assert_array_equal(names["transformed_train"], names["model"].transform(names["X_train"]))


def test_wrapper():
    names = run(WRAPPER)
    assert names["coordinates"].shape == names["modes"].shape == (10_000, 2)
    assert on_the_map(names["coordinates"])
    nodes = {tuple(node) for node in names["model"].matX}
    assert {tuple(mode) for mode in names["modes"]} <= nodes


def test_blocks_and_then_blocks_of_responsibilities():
    names = run(BLOCKS)
    assert names["block_coords"].shape == (1000, 2)
    np.testing.assert_allclose(names["coords"], names["model"].transform(names["X_test"]), rtol=0, atol=1e-12)
    run(RESPONSIBILITIES, names)
    assert names["resp_block"].shape == (1000, 256)
    np.testing.assert_allclose(names["resp_block"].sum(axis=1), 1)


def test_chart():
    names = run(CHART)
    alt = sys.modules["altair"]
    expression = CHART[CHART.index("alt.Chart") :].strip()
    chart = eval(expression, names)
    assert isinstance(chart, alt.Chart)
    rows = next(iter(chart.to_dict()["datasets"].values()))
    assert len(rows) == 50
    assert set(rows[0]) == {"x1", "x2", "label"}


def test_grid_search(capsys):
    search = run(GRID_SEARCH)["gs"]
    assert str(search.best_params_) in capsys.readouterr().out
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
