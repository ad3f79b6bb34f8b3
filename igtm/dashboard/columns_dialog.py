"""What each column is for, how columns become numbers, and the first rows, in a dialog."""

import asyncio
from typing import get_args

import panel as pn
import panel_material_ui as pmui
import param
from panel.io.model import JSCode

from igtm.dashboard.dialog import Dialog
from igtm.dashboard.grid import DataGrid
from igtm.dashboard.text import message, plain
from igtm.tables import molecules, tables
from igtm.tables.columns import MAX_CATEGORIES, Role, is_numeric

__all__ = ["ColumnsDialog"]

ROLES = list(get_args(Role))
N_ROWS = 100
MAX_COMPONENTS = 100  # that a slider offers; a recipe may name more
HEIGHT = 440  # of the largest tab: the others are as high, or the dialog would jump
IMPUTE = {"median": "median", "most_frequent": "most frequent value", "mean": "mean"}
PERCENT = JSCode("""cell => {
  const percent = 100 * cell.getValue();
  return percent > 0 && percent < 0.1 ? "< 0.1 %" : `${Number(percent.toFixed(1))} %`;
}""")
CHOICE = JSCode("cell => `${cell.getValue()} ▾`")  # looks as if it could be chosen; holds nothing from the data
SMALL = {"font_size": "12px", "opacity": "0.7"}
GAP = {"gap": "8px"}
TAB = GAP | {"padding-top": "12px"}
STRETCH = {"sizing_mode": "stretch_width", "margin": 0}


class ColumnsDialog(pn.viewable.Viewer):
    """A dialog on the columns of a `DataView`: roles, preprocessing, first rows."""

    data = param.Parameter(doc="The `DataView` whose table and recipe are shown and edited.")

    def __init__(self, data, **params):
        super().__init__(data=data, **params)
        self._description = None  # of the columns, with all that takes time to find out
        self._frame = None  # what it describes, or will
        self._names = []  # of the columns that pass the filter
        self._filter = pmui.TextInput(
            label="Find columns", description="Shows the columns whose names contain this.", size="small", **STRETCH
        )
        self._bulk = pmui.MenuButton(
            items=[{"label": role} for role in ROLES if role != "identifier"],
            description="Give all columns that are listed below the same role.",
            variant="outlined",
            size="small",
            on_click=lambda item: self._assign_all(item["label"]),
            margin=0,
        )
        self._grid = DataGrid(
            editors={"role": {"type": "list", "values": ROLES}},
            formatters={"missing": PERCENT, "role": CHOICE},
            on_edit=lambda row, _, role: self._assign({self._names[row]: role}),
            widths={"c1": 110},  # the grid measures the first rows, and a role that comes later may be longer
            height=HEIGHT - 108,
        )
        self._rows = DataGrid(height=HEIGHT - 88)
        self._recipe = _recipe_widgets()
        self._dialog = Dialog(self._content, "Columns and preprocessing")
        self._filter.param.watch(lambda _: self._show(), "value_input")
        for field, widget in self._recipe.items():
            settled = "value_throttled" if field == "n_components" else "value"  # a slider, once it is let go
            widget.param.watch(lambda event, field=field: self._prepare(field, event.new), settled)

    def __panel__(self):
        return self._dialog

    async def show(self, *_):
        """Open the dialog, on the table as it is now."""
        self._show()
        self._dialog.open = True
        table = self.data.table
        if table.frame is self._frame:
            return
        self._description, self._frame = None, table.frame
        self._dialog.loading = True
        description = await asyncio.to_thread(tables.describe, table)
        if table.frame is self._frame:  # else another one is being described
            self._description = description
            self._rows.frame = table.frame.head(N_ROWS)
            self._dialog.loading = False
            self._show()

    @param.depends("data.table", watch=True)
    async def _follow(self):
        if self._dialog.open and self.data.table.frame is not self._frame:
            await self.show()

    def _show(self):
        """Bring all controls in line with table and recipe, also after an edit was refused.

        What asks for a description of the columns waits for it; what a reader could change by then does not.
        """
        table, recipe = self.data.table, self.data.recipe
        categories, smiles = [], []
        if self._description is not None and table.frame is self._frame:
            self._show_columns(table)
            categories, smiles = _categories(self._description), molecules.columns(table)
        self._recipe["one_hot"].options = list(dict.fromkeys([*categories, *recipe.one_hot]))
        smiles = list(dict.fromkeys([*smiles, *recipe.fingerprints]))
        self._recipe["fingerprints"].param.update(options=smiles, visible=bool(smiles))
        most = min(len(table.frame), recipe.width(table), MAX_COMPONENTS)
        self._recipe["n_components"].end = max(most, recipe.n_components, 1)
        for field, widget in self._recipe.items():
            value = getattr(recipe, field)
            widget.value = list(value) if isinstance(value, tuple) else value

    def _show_columns(self, table):
        shown = self._description.assign(role=list(map(table.roles.get, self._description["column"])))
        shown = shown[shown["column"].str.contains(self._filter.value_input, case=False, regex=False)]
        self._names = list(shown["column"])
        self._grid.frame = shown[["column", "role", "kind", "missing", "range"]]
        self._bulk.label = f"Set role of {len(shown):,}"
        self._bulk.disabled = shown.empty

    def _assign(self, roles):
        self.data.assign(roles)
        self._show()

    def _assign_all(self, role):
        frame = self.data.table.frame
        fit = [name for name in self._names if role != "feature" or is_numeric(frame[name])]
        self._assign(dict.fromkeys(fit, role))
        if len(fit) < len(self._names) and not self.data.message:
            self.data.message = f"{len(self._names) - len(fit):,} columns hold no numbers and keep their roles."

    def _prepare(self, field, value):
        value = tuple(value) if isinstance(value, list) else value
        if value != getattr(self.data.recipe, field):
            self.data.prepare(**{field: value})
            self._show()

    def _content(self):
        columns = pn.Column(
            pn.Row(self._filter, self._bulk, styles={"gap": "8px"}, **STRETCH), self._grid, styles=TAB, **STRETCH
        )
        preprocessing = pn.Column(
            *self._recipe.values(), styles=TAB | {"gap": "16px", "max-width": "560px"}, **STRETCH
        )
        rows = pn.Column(plain(pn.bind(_count, self.data.param.table), **SMALL), self._rows, styles=TAB, **STRETCH)
        tabs = pmui.Tabs(
            ("Columns", columns),
            ("Preprocessing", preprocessing),
            ("Rows", rows),
            dynamic=False,
            min_height=HEIGHT,
            **STRETCH,
        )
        steps = pn.bind(_steps, self.data.param.table, self.data.param.recipe)
        words = plain(steps, font_weight="600")
        return pn.Column(tabs, message(self.data.param.message), words, styles=GAP, **STRETCH)


def _recipe_widgets():
    """Return a widget for each parameter of a recipe, under its name."""
    look = {"size": "small", **STRETCH}
    choice = {"chip": False, "searchable": True, **STRETCH}  # what is chosen stays in the list, and can be taken back
    return {
        "impute": pmui.Select(
            label="Missing numbers become",
            options={f"the {words} of their column": name for name, words in IMPUTE.items()},
            description="What takes the place of a hole.",
            **look,
        ),
        "scale": pmui.Switch(
            label="Scale columns alike", description="Brings each column to mean 0 and variance 1.", **look
        ),
        "one_hot": pmui.MultiChoice(
            label="One-hot encode",
            description="Each value of these columns becomes a column of 0 and 1, used as a feature.",
            **choice,
        ),
        "fingerprints": pmui.MultiChoice(
            label="Fingerprints of molecules",
            description=f"Each SMILES becomes the {molecules.N_BITS} bits of a Morgan fingerprint of radius "
            f'{molecules.RADIUS}, used as features. Needs RDKit: pip install "igtm[chemistry]".',
            **choice,
        ),
        "n_components": pmui.IntSlider(
            label="Principal components",
            description="Keeps only this many directions of greatest variance; 0 keeps all columns.",
            **look,
        ),
    }


def _categories(description):
    """Return the names of columns that can be one-hot encoded."""
    some = description["distinct"].between(2, MAX_CATEGORIES) & ~description["kind"].isin(["number", "date"])
    return list(description["column"][some])


def _count(table):
    return f"The first {min(len(table.frame), N_ROWS):,} of {len(table.frame):,} rows."


def _steps(table, recipe):
    """Say in one line what becomes of the columns."""
    numbers = len(set(table.features) - {*recipe.one_hot, *recipe.fingerprints})
    steps = []
    if numbers:
        steps += [f"{numbers:,} numeric feature{'s' * (numbers > 1)}", f"{IMPUTE[recipe.impute]} for holes"] + [
            "z-scores"
        ] * recipe.scale
    if recipe.one_hot:
        names = ", ".join(recipe.one_hot) if len(recipe.one_hot) < 4 else f"{len(recipe.one_hot)} columns"
        steps.append(f"one-hot of {names}")
    if recipe.fingerprints:
        steps.append(f"fingerprints of {', '.join(recipe.fingerprints)}")
    if recipe.n_components:
        steps.append(f"{recipe.n_components:,} component{'s' * (recipe.n_components > 1)}")
    return " → ".join(steps)
