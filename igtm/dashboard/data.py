"""Where the table comes from, and how its columns become numbers."""

import asyncio
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path

import panel as pn
import panel_material_ui as pmui
import param

from igtm.dashboard import icons, server_files
from igtm.dashboard.columns_dialog import ColumnsDialog
from igtm.dashboard.first_view import Places, whole
from igtm.dashboard.later import fill, later
from igtm.dashboard.part import Part
from igtm.dashboard.text import message, plain
from igtm.tables import readers, samples
from igtm.tables.preprocessing import Recipe, pipeline
from igtm.tables.tables import MAX_BYTES, Table, TableError

__all__ = ["DataView"]

DEFAULT_SAMPLE = "wine"
FILES_HELP = "CSV, TSV, Parquet, Excel or .npy, up to {:,.0f} MB. The first sheet of a workbook is read."
OWN = "none: your own table"  # what is shown in place of a sample's name
ELSEWHERE = "none: the table lies elsewhere"  # and in place of a name on the server
STRETCH = {"sizing_mode": "stretch_width", "margin": 0}
GAP = {"gap": "8px"}
DROP_WIDTH, DROP_HEIGHT = 311, 56
DROP_STYLE = f"""
.bk-input-group {{ display: flex; }}
.bk-input.filepond--root {{ font: inherit; font-size: 13px; margin: 0; border: 1px dashed var(--border-color);
  border-radius: 4px; background: transparent; }}
.bk-input.filepond--root .filepond--drop-label {{ color: inherit; background: transparent;
  min-height: {DROP_HEIGHT}px; }}
.bk-input.filepond--root .filepond--drop-label label {{ font-size: 13px; }}
.filepond--panel-root {{ background: transparent; border: 0; }}
"""


class DataView(Part):
    """The table, from a sample, a file or the server, and the recipe that makes numbers of its columns.

    `sidebar` goes where there are 300 pixels or more, and `dialog` anywhere in the same page. `table` and `recipe`
    are values: an edit replaces them; one that would spoil them leaves them, and says why in `message`.

    Parameters
    ----------
    table : Table, optional
        By default the sample "wine", so that a newcomer can fit at once.
    **params
        Of this class.
    """

    table = param.ClassSelector(class_=Table, doc="The table with the roles of its columns.")
    recipe = param.ClassSelector(class_=Recipe, default=Recipe(), doc="How the columns become numbers.")
    max_bytes = param.Integer(default=MAX_BYTES, bounds=(1, None), doc="Larger files are refused.")
    folder = param.ClassSelector(class_=Path, constant=True, doc="Whose tables are offered, if any's are.")
    message = param.String(doc="Why the last load or edit was refused, in words; empty if it was not.")
    loading = param.Boolean(doc="Whether a file is being read.")

    def __init__(self, table=None, **params):
        super().__init__(table=samples.load(DEFAULT_SAMPLE) if table is None else table, **params)
        look = {"size": "small", "sizing_mode": "stretch_width", "margin": (8, 0, 0, 0)}
        self._sample = pmui.Select(
            label="Sample", description="A table that comes with igtm, to try things out.", **look
        )
        self._served = pmui.Select(
            label="On the server", description="A file, or a folder of Parquet files, that this server shares.", **look
        )
        self._entire = later(
            visible=param.bind(lambda table: table is not None and table.draw is not None, self.param.table)
        )
        self._offer_all()
        self._names = [] if self.folder is None else server_files.names(self.folder)
        self._mark(DEFAULT_SAMPLE if table is None else None)
        self._sample.helper_text = pn.bind(lambda name: samples.SAMPLES.get(name, ""), self._sample)
        self._sample.param.watch(self._choose, "value")
        self._served.param.watch(self._fetch, "value")
        self._drop_zone = pn.Column(**STRETCH)

    @cached_property
    def sidebar(self) -> pn.Column:
        """All but the dialog."""
        return whole(self.begun)

    def begun(self, places: Places) -> pn.Column:
        """The same, with a place for the files."""
        return self._layout(places.later(self._files, (DROP_WIDTH,), height=DROP_HEIGHT))

    def _files(self) -> pn.Column:
        self._drop_zone[:] = [self._dropper()]
        return self._drop_zone

    @cached_property
    def dialog(self) -> ColumnsDialog:
        """The dialog of columns and preprocessing."""
        return ColumnsDialog(self)

    @cached_property
    def view(self) -> pn.Column:
        """Both."""
        return pn.Column(self.sidebar, self.dialog, **STRETCH)

    async def _open_dialog(self, _):
        await self.dialog.show()

    def use(self, table):
        """Take another table, with the default recipe.

        Parameters
        ----------
        table : Table
            Any: if it has no feature yet, `message` says so.
        """
        self._take(table, _problem(table, Recipe()))

    def assign(self, roles):
        """Give columns other roles, unless the table would be of no use with them.

        Parameters
        ----------
        roles : dict of str to role
            Only the columns that change.
        """
        self._edit(lambda: (self.table.with_roles(roles), self.recipe))

    def prepare(self, **changes):
        """Change the recipe, unless it would not suit the table.

        Parameters
        ----------
        **changes
            Parameters of `Recipe`.
        """
        self._edit(lambda: (self.table, replace(self.recipe, **changes)))

    @param.depends("table", watch=True)
    def _offer_all(self):
        if self.table is not None and self.table.draw is not None:
            fill(self._entire, self._switch)

    def _switch(self):
        switch = pmui.Switch(
            label=param.bind(_entire, self.param.table),
            value=param.bind(lambda table: table is not None and table.entire, self.param.table),
            description="Read them block by block in every pass, where they lie; the map shows the rows drawn.",
            size="small",
            margin=0,
        )
        switch.param.watch(self._fit_all, "value")
        return switch

    def _fit_all(self, event):
        if self.table is not None and self.table.draw is not None:
            self.table = replace(self.table, entire=event.new)

    def _take(self, table, problem, sample=None):
        self.param.update(table=table, recipe=Recipe(), message=problem)
        self._mark(sample)

    def _edit(self, make):
        try:
            table, recipe = make()
        except TableError as error:
            self.message = str(error)
            return
        problem = _problem(table, recipe)
        if problem and not _problem(self.table, self.recipe):
            self.message = problem
        else:  # of several problems, each edit may take one away
            self.param.update(table=table, recipe=recipe, message=problem)

    def _choose(self, event):
        if event.new:
            self._take(samples.load(event.new), "", sample=event.new)

    def _mark(self, sample):
        """Show which sample is loaded; what cannot be chosen stands for another table."""
        _offer(self._sample, list(samples.SAMPLES), sample, OWN)
        self._mark_served()

    def _mark_served(self):
        """Show which of the server's tables is loaded, in the same way."""
        path = self.table.path
        _offer(self._served, self._names, path if path in self._names else None, ELSEWHERE)

    async def _fetch(self, event):
        if event.new in ("", self.table.path):  # it says what is loaded, and asks for nothing
            return
        await self._load(partial(server_files.read, self.folder, event.new, self.max_bytes))
        self._mark_served()

    async def _receive(self, event):
        if not event.new:  # the reader took the file back
            return
        [(name, content)] = event.new.items()
        # The old one would hold on to the file, and lose one that came before it is replaced.
        self._drop_zone[:] = [self._dropper()]
        await self._load(partial(_uploaded, name, content, self.max_bytes))

    async def _load(self, read):
        self.loading = True
        try:
            table, problem = await asyncio.to_thread(_with_problem, read)
        except TableError as error:
            self.message = str(error)
        else:
            self._take(table, problem)
        finally:
            self.loading = False

    def _dropper(self):
        # Without accepted types: a browser knows a file by what the system calls it, and some call a CSV a workbook.
        dropper = pn.widgets.FileDropper(
            max_file_size=f"{-(-self.max_bytes // 1000)}KB", stylesheets=[DROP_STYLE], **STRETCH
        )
        dropper.param.watch(self._receive, "value")
        return dropper

    def _layout(self, files):
        caption = plain(FILES_HELP.format(self.max_bytes / 1e6), font_size="12px", opacity="0.7")
        served = [] if self.folder is None else [self._served]
        return pn.Column(
            pn.Column(self._sample, *served, files, caption, loading=self.param.loading, styles=GAP, **STRETCH),
            message(self.param.message),
            plain(pn.bind(_summary, self.param.table, self.param.recipe), font_weight="600"),
            self._entire,
            pmui.Button(
                label="Columns and preprocessing",
                icon=icons.TUNE,
                description="Say what each column is for, and how columns become numbers.",
                variant="outlined",
                size="small",
                on_click=self._open_dialog,
                **STRETCH,
            ),
            styles=GAP,
            **STRETCH,
        )


def _summary(table, recipe):
    """Return the table in one line."""
    columns = recipe.width(table)
    parts = [table.name, f"{len(table.frame):,} rows × {columns:,} feature{'s' * (columns != 1)}"]
    parts += [table.drawn] * bool(table.drawn)
    return " · ".join(parts + [f"colour {label}" for label in table.labels[:1]])


def _entire(table):
    """Name the choice to fit all rows of which the table is a sample."""
    return "" if table is None or table.draw is None else f"Fit all {table.draw.n_rows:,} rows"


def _offer(select, names, chosen, other):
    """Let a select show what is chosen, and if nothing is, `other`, which cannot be chosen."""
    shown = [""] * (chosen is None) + names  # an empty field, which None would be, says nothing
    select.param.update(options={name or other: name for name in shown}, value=chosen or "")


def _uploaded(name, content, max_bytes):
    # The widget decodes text where it is UTF-8: encoding gives back the bytes of the file.
    content = content.encode() if isinstance(content, str) else content
    return readers.read(content, name, max_bytes=max_bytes)


def _with_problem(read):
    """Return the table that is read and what keeps it from being fitted as yet, if anything does."""
    table = read()
    problem = _problem(table, Recipe())
    if problem and not table.features and not table.labels:
        raise TableError(
            f"No column of {table.name!r} can make a map, which takes numbers that differ or categories. "
            "Choose another file."
        )
    return table, problem


def _problem(table, recipe):
    try:
        pipeline(table, recipe)
    except TableError as error:
        return str(error)
    return ""
