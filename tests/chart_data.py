"""Small tables for each figure, hostile names and values among them."""

import numpy as np
import pandas as pd

HOSTILE = ["a.b", "x[1]", "it's", 'say "hi"', "<script>alert(1)</script>", "", "title", "image", "row_id2", "datum"]
SCRIPT = "</script><script>alert(1)</script>"
LINK = "http://example.invalid/picture.png"


def grid(k):
    """Nodes of a map."""
    side = np.linspace(-1, 1, k) if k > 1 else np.zeros(1)
    x, y = np.meshgrid(side, side, indexing="ij")
    return pd.DataFrame({"node": np.arange(k * k), "x": x.ravel(), "y": y.ravel()})


def points(n=60, k=5, classes=3):
    """Rows on a map, with a column of each kind."""
    rng = np.random.default_rng(0)
    nodes, node = grid(k), rng.integers(0, k * k, n)
    place = nodes[["x", "y"]].to_numpy()[node]
    mean = np.clip(place + rng.normal(0, 0.1, (n, 2)), -1, 1)
    return pd.DataFrame(
        {
            "row_id": np.arange(n),
            "mean_x": mean[:, 0],
            "mean_y": mean[:, 1],
            "mode_x": place[:, 0],
            "mode_y": place[:, 1],
            "node": node,
            "class": [f"class {i}" for i in rng.integers(0, classes, n)],
            "amount": np.where(rng.random(n) < 0.1, np.nan, rng.normal(13, 2, n)),
            "flag": rng.random(n) < 0.5,
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 99, n), "D"),
        }
    )


def hostile():
    """Rows whose column names and values would like to be something else."""
    table = points()
    for i, name in enumerate(HOSTILE):
        table[name] = [SCRIPT, LINK][i % 2]
    return table


def responsibilities(k=5):
    """One point's heatmap."""
    nodes = grid(k)
    weight = np.exp(-((nodes["x"] - 0.3) ** 2 + (nodes["y"] + 0.2) ** 2) / 0.1)
    return nodes.assign(responsibility=weight / weight.sum())


def mass(k=5):
    """Rows explained by node, some by none."""
    return grid(k).assign(mass=np.arange(k * k) // 2 * 1.5)


def path(n=20):
    """A run of n iterations."""
    iteration = np.arange(1, n + 1)
    log_likelihood = -12 - 8 * np.exp(-iteration / 12)
    return pd.DataFrame({"iteration": iteration, "log_likelihood": log_likelihood, "objective": log_likelihood - 0.4})


def features(n=30):
    """A prototype beside the mean."""
    difference = np.linspace(-3, 2, n)
    return pd.DataFrame(
        {
            "feature": [f"feature {i}" for i in range(n)],
            "prototype": 5 + difference,
            "mean": 5.0,
            "difference": difference,
        }
    )


def counts():
    """Five columns in bins and classes, selected rows beside all of them."""
    sizes = {"amount": 20, "alone": 1, HOSTILE[3]: 3, "many classes": 13, "": 4}
    parts = []
    for column, size in sizes.items():
        whole = 10 + np.arange(size)
        selected = whole // 2 * (np.arange(size) % 2)
        labels = [f"{i} – {i + 1}" if column == "amount" else f"class {i}" for i in range(size)]
        kind = "number" if column == "amount" else "category"
        part = {"column": column, "kind": kind, "bin": np.arange(size), "label": labels}
        part |= {"selected": selected, "whole": whole}
        part |= {"selected_share": selected / max(selected.sum(), 1), "whole_share": whole / whole.sum()}
        parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True)


def ranking():
    """Those columns by their differences."""
    columns = list(dict.fromkeys(counts()["column"]))[::-1]
    kinds = ["category"] * 4 + ["number"]
    return pd.DataFrame(
        {"column": columns, "kind": kinds, "difference": [0.5, -0.4, 0.1, np.nan, np.inf], "class": SCRIPT}
    )


def new(n=12):
    """New rows on a map, some of them novel."""
    table = points(n)
    return table.assign(percentile=np.linspace(0, 100, n), novel=np.arange(n) < 3)


def near():
    """The ten nearest rows of one, seven of them kept."""
    table = points(10)
    return table.assign(distance=np.linspace(0.1, 2, 10), kept=np.arange(10) % 4 > 0)


def two_modes():
    """Two places where a row may have come from."""
    return pd.DataFrame({"node": [3, 20], "x": [-0.5, 0.6], "y": [0.2, 0.3], "responsibility": [0.3, 0.2]})


def values(k=5):
    """A number a node, some without, and rows behind each."""
    nodes = mass(k)
    return nodes.assign(amount=np.where(nodes["mass"] < 1, np.nan, nodes["x"] * 3 + 10))


def winners(k=5):
    """A class a node, some without."""
    nodes = mass(k)
    known = nodes["mass"] >= 1
    winner = pd.Series(np.where(nodes["x"] < 0, "left", SCRIPT)).where(known)
    return nodes.assign(
        winner=pd.Categorical(winner, categories=["left", SCRIPT]),
        confidence=(0.5 + nodes["x"].abs() / 2).where(known),
    )


def planes(k=5):
    """Features over the map, one of them the same everywhere, one with holes."""
    nodes = grid(k)
    frame = pd.DataFrame({"rises": nodes["x"] + 7, "falls": -1e9 * nodes["y"], "even": 3.0, HOSTILE[0]: nodes["x"]})
    return frame.assign(holes=frame["rises"].where(nodes["y"] > -0.5))


def differences(n=30):
    """Two nodes beside each other."""
    return features(n).rename(columns={"mean": "first", "prototype": "second"})


def mix():
    """Classes of a node, one of them none of its own."""
    return pd.DataFrame(
        {
            "class": pd.Categorical(["a", SCRIPT, "title"], categories=["a", SCRIPT, "title"]),
            "rows": [6.0, 2.0, 0.0],
            "share": [0.75, 0.25, 0.0],
            "overall": [0.5, 0.2, 0.3],
        }
    )


def steps(n=10):
    """Features along a path."""
    position = np.linspace(0, 1, n)
    names = [*HOSTILE[:6], "seventh", "eighth", "ninth"]
    parts = [
        pd.DataFrame({"feature": name, "position": position, "value": 5 + position, "deviations": position - i})
        for i, name in enumerate(names)
    ]
    return pd.concat(parts, ignore_index=True)


def regions(k=6):
    """Nodes in four quarters, and their labels: all would like to stand in the middle."""
    nodes = grid(k)
    region = 1 + (nodes["x"] > 0) * 2 + (nodes["y"] > 0)
    depth = 1 + np.minimum(nodes["x"].abs(), nodes["y"].abs())
    labels = pd.DataFrame(
        {
            "region": [1, 2, 3, 4],
            "label": ["high a.b, low x[1]", SCRIPT, "near the mean", "very high something with a long name indeed"],
            "majority": ["97% class 1", "", "", "61% class 2"],
            "x": [-0.2, -0.2, 0.2, 0.2],
            "y": [-0.2, 0.2, -0.2, 0.2],
        }
    )
    return nodes.assign(region=region, depth=depth), labels


#: A grey PNG of one pixel.
PICTURE = "data:image/png;base64," + (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)
