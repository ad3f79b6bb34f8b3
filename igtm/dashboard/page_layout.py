"""Where the parts of an `Explorer` are: on a page of its own, and in a notebook or another's layout."""

import panel as pn
import panel_material_ui as pmui
import param
from panel.util import edit_readonly

from igtm.charts import theme
from igtm.dashboard.access import Access
from igtm.dashboard.delivery import Delivery
from igtm.dashboard.first_view import Places
from igtm.dashboard.layouts import line, stack
from igtm.dashboard.page_start import DRAWER, WAITING, PageStart, template
from igtm.dashboard.settings import Settings
from igtm.dashboard.text import plain

__all__ = ["beside", "fill", "frame", "main", "side", "title"]

GAP = "12px"
# At the end of its line.
KEEP = {"flex": "none", "width": "auto", "margin-left": "auto"}
KEEP_WIDTHS = 104, 112
HELP = {"flex": "none", "width": "auto", "min-width": "130px", "min-height": "36px"}
LINE = "1px solid var(--mui-palette-divider)"
# What lies on the page as a sheet of paper.
SHEET = {
    "box-sizing": "border-box",
    "padding": "10px",
    "border": LINE,
    "border-radius": "8px",
    "background": "var(--panel-surface-color)",
}
# As high as they are before the first map.
SHEET_HEIGHT, INSPECTOR_HEIGHT, NEW_ROWS_HEIGHT = "172px", "270px", "86px"
HEADING = {"font_weight": "600"}
LOADING = "#loader { background: none !important; }"  # of itself a grey, which then flashes to the page's own
HEAD = {
    "background": "var(--mui-palette-background-paper)",
    "color": "var(--mui-palette-text-primary)",
    "boxShadow": "none",
    "borderBottom": LINE,
    # In place of Panel's white, and of the blue of links.
    "& a, & .title, & .MuiIconButton-root": {"color": "inherit !important"},
    "& .title": {"fontSize": "20px"},
    "& .MuiToolbar-root": {"height": "48px"},
}


def title(data) -> pn.pane.HTML:
    """What is being looked at, for the head of the page; a phone has no room for it."""

    def words(table, recipe):
        if table is None:
            return "no table"
        return f"{table.name} · {len(table.frame):,} × {recipe.width(table):,}"

    shown = plain(param.bind(words, data.param.table, data.param.recipe), opacity="0.75", margin="0 16px")
    shown.align = "center"
    shown.stylesheets = ["@media (max-width: 600px) { :host > div { display: none } }"]
    return shown


def side(explorer, places: Places) -> pn.Column:
    """Data above settings."""
    return stack(
        plain("Data", **HEADING),
        explorer.data.begun(places),
        places.later(lambda: explorer.new_rows, (166,), styles={"min-height": NEW_ROWS_HEIGHT}),
        plain("Settings", **HEADING, border_top=LINE, padding_top="8px"),
        places.later(lambda: explorer.settings.view, *[(240,)] * len(Settings.names), margin=(8, 4)),
        styles={"padding": "8px 14px"},
    )


def main(explorer, places: Places) -> pn.Column:
    """Controls above map and sheet, the inspector beside them where there is room."""
    middle = stack(
        _sheet(explorer.trail, explorer.map.begun(places)),
        places.later(lambda: explorer.sheet.view, styles=SHEET | {"min-height": SHEET_HEIGHT}),
        gap=GAP,
        styles={"flex": "2 1 440px", "min-width": "0"},
        stylesheets=[".scroll-button { display: none }"],  # which is not seen, and would have a gap
    )
    beside = SHEET | {"flex": "1 1 340px", "min-height": INSPECTOR_HEIGHT}
    inspector = places.later(lambda: explorer.inspector.view, styles=beside)
    keep = places.later(lambda: _keep(explorer), KEEP_WIDTHS, styles=KEEP)
    return stack(
        _sheet(explorer.controls.begun(places, keep)),
        line(middle, inspector, gap=GAP, align="start"),
        places.later(lambda: _dialogs(explorer)),
        gap=GAP,
        styles={"padding": GAP},
    )


def beside(explorer) -> pmui.FlexBox:
    """Side and main next to each other, where the page is not ours."""
    left = stack(_help(explorer), explorer.side, gap=GAP, styles={"flex": "1 1 300px", "max-width": "360px"})
    right = stack(explorer.main, styles={"flex": "3 1 560px", "min-width": "0"})
    return pmui.FlexBox(left, right, sizing_mode="stretch_width", theme_config=theme.material())


def frame(in_steps: bool) -> pmui.Page:
    """A page without its parts, which it is given in steps or at once."""
    page = pmui.Page(
        title="igtm",
        sidebar_width=340,
        sidebar_resizable=False,
        busy_indicator=None,
        theme_config=theme.material(),
        stylesheets=[DRAWER],
        sx={
            ".main-content": WAITING,
            ".MuiAppBar-root": HEAD,
            ".MuiToolbar-root": {"minHeight": "48px !important"},
        },
    )
    # Following the busy counter, it would walk through all of its models twice at every poll.
    with edit_readonly(page):
        page.busy = False
    page.config.raw_css = [LOADING]
    page.template = template(page, in_steps)
    return page


def fill(page: pmui.Page, explorer) -> PageStart:
    """Give a page what its first view has; all else follows as what is returned has it."""
    places = Places()
    start = PageStart(places)
    help = places.later(lambda: _help(explorer), sizing_mode=None, align="center", styles=HELP)
    page.param.update(
        header=[title(explorer.data), help, start],
        sidebar=[side(explorer, places)],
        main=[main(explorer, places)],
    )
    return start


def _keep(explorer) -> pn.Row:
    return pn.Row(explorer.as_table.button, explorer.take_away.view, margin=0, styles={"gap": "8px"})


def _help(explorer) -> pn.Row:
    return pn.Row(Delivery(), Access(), explorer.help.buttons(), margin=0, styles={"width": "auto"})


def _dialogs(explorer) -> pn.Column:
    help = explorer.help
    return stack(explorer.data.dialog, explorer.as_table.dialog, help.glossary, help.guide, gap="0")


def _sheet(*content) -> pn.Column:
    return stack(*content, gap="0", styles=SHEET)
