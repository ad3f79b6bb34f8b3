"""Spreading points that share a node, so that each can be seen and hovered."""

import numpy as np

GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))

#: Radius of a full cell's sunflower, as a share of the distance between nodes: a gap stays between cells.
REACH = 0.45

#: Up to so many points have the same distances; only a fuller cell is packed more tightly.
LOOSE = 7


def spread(x, y, node, spacing):
    """Lay the points of each node out as a sunflower around it.

    Parameters
    ----------
    x, y : array-like of shape (n,)
        Position of each point's node.
    node : array-like of shape (n,)
        Which node; points with the same one are spread.
    spacing : float
        Distance between neighbouring nodes.

    Returns
    -------
    x, y : ndarray of shape (n,)
        Distinct positions within ``spacing / 2`` of the node. A node's first point lies on it. They depend on
        nothing but how many points share the node and on their order.
    """
    _, which, count = np.unique(np.asarray(node), return_inverse=True, return_counts=True)
    by_node = np.argsort(which, kind="stable")
    first = np.cumsum(count) - count
    rank = np.empty(len(which))
    rank[by_node] = np.arange(len(which)) - first[which[by_node]]

    radius = REACH * spacing * np.sqrt(rank / np.maximum(count[which], LOOSE))
    angle = GOLDEN_ANGLE * rank
    return np.asarray(x) + radius * np.cos(angle), np.asarray(y) + radius * np.sin(angle)
