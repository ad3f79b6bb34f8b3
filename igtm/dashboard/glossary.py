"""The glossary: the words of the field, a sentence each."""

import html

from igtm.dashboard.dialog import Dialog
from igtm.dashboard.text import Html

TERMS = {
    "Backdrop": "What the cells under the points show, such as how many rows lie there or how the map is stretched.",
    "Convergence": "A fit has converged once another iteration gains less per row than tol.",
    "Effect size": "How far the selected rows differ from those that they are compared with, whatever the unit.",
    "Entropy": "How spread out a row's responsibilities are: 0 where one node has them all, largest where all nodes "
    "share alike.",
    "Feature": "A column of numbers from which the map is drawn; other columns only colour and explain it.",
    "Iteration": "One round of expectation-maximisation: rows are shared out among the nodes, then the sheet is bent "
    "towards them.",
    "Log-likelihood": "How well the sheet explains the rows, the higher the better; of one row, low values mark "
    "outliers.",
    "Magnification": "How far the sheet is stretched in the data: high between groups, low within them.",
    "Manifold": "The sheet that is bent into the space of the data and then laid flat as the map.",
    "Node": "A point of the sheet's grid, drawn as a cell of the map; it explains the rows near it.",
    "Node mass": "How many rows a node explains, whole rows and shares of rows together.",
    "Objective": "The log-likelihood less a penalty for a bent sheet: what the fit raises at every iteration.",
    "Plane": "The value of one feature at every node: where on the map that feature is high or low.",
    "Posterior mean": "The mean of the nodes, weighted by the row's responsibilities: where Means draws the row.",
    "Posterior mode": "The node that is most responsible for the row: where Modes draws the row.",
    "Prototype": "The row that a node stands for, in the units of the table.",
    "RBF centre": "The middle of one of the smooth bumps that bend the sheet; m of them stand along each side.",
    "Region": "A part of the map whose nodes are alike, named by what sets it apart.",
    "Regularisation": "How stiff the sheet is: large values keep it flat, small ones let it follow the data.",
    "Responsibility": "The share of a row that a node explains: how likely it is that the row came from there.",
    "Trustworthiness": "The share of neighbours on the map that are neighbours in the data, too.",
    "U-matrix": "How far each node is from those beside it in the data: ridges are borders between groups.",
}
STYLE = """
dl { display: grid; grid-template-columns: minmax(110px, max-content) minmax(0, 1fr); gap: 10px 20px;
  margin: 4px 0 12px; font-size: 14px; line-height: 1.45; }
dt { font-weight: 600; }
dd { margin: 0; }
@media (max-width: 600px) { dl { display: block; } dd { margin-bottom: 12px; } }
"""


def glossary() -> Dialog:
    """A dialog with all of them."""
    return Dialog(_terms, "Glossary", width="sm")


def _terms():
    lines = (f"<dt>{html.escape(term)}</dt><dd>{html.escape(words)}</dd>" for term, words in TERMS.items())
    # The keyboard scrolls what has the focus.
    page = f"<dl tabindex='0'>{''.join(lines)}</dl>"
    return Html(page, stylesheets=[STYLE], sizing_mode="stretch_width", margin=0)
