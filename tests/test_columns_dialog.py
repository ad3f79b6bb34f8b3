"""The dialog on columns and preprocessing, before all that it shows is known."""

import asyncio
from threading import Event

import pytest

from igtm.dashboard.data import DataView
from igtm.tables import tables

pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword")  # of pandas, which Bokeh still uses


def test_what_is_changed_while_columns_are_still_described_holds(monkeypatch):
    """On a slow machine the controls stood at other values until then, and what was switched was switched back."""
    known, describe = Event(), tables.describe

    def slowly(table):
        known.wait(30)
        return describe(table)

    monkeypatch.setattr(tables, "describe", slowly)
    view = DataView()
    widgets = view.dialog._recipe

    async def edit():
        shown = asyncio.create_task(view.dialog.show())
        await asyncio.sleep(0)
        assert {name: widget.value for name, widget in widgets.items()} == {
            **vars(view.recipe), "one_hot": [], "fingerprints": [],
        }  # fmt: skip
        widgets["impute"].value = "mean"
        widgets["scale"].value = False
        known.set()
        await shown

    asyncio.run(edit())
    assert (view.recipe.impute, view.recipe.scale, view.message) == ("mean", False, "")
    assert (widgets["impute"].value, widgets["scale"].value) == ("mean", False)
    assert widgets["one_hot"].options == ["grower"]
