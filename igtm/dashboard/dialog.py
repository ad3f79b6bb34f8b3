"""The frame that every dialog of the page has."""

from collections.abc import Callable

import panel as pn
import panel_material_ui as pmui
import param

from igtm.dashboard.later import fill, later

__all__ = ["Dialog"]

# Where the dialog stands it takes no room: what it opens lies over the page.
NOWHERE = {"position": "absolute", "width": "0", "overflow": "hidden"}
LOOK = {
    "& .MuiIconButton-root": {"color": "inherit"},  # of itself it stays black in the dark
    "& .MuiDialog-paper > .MuiBox-root > .MuiIconButton-root": {"m": 1},  # the cross
    # On a phone the dialog is the page.
    "@media (max-width: 600px)": {
        "& .MuiDialog-paper": {"m": 0, "width": "100%", "height": "100%", "maxHeight": "100%", "borderRadius": 0}
    },
}


class Dialog(pn.viewable.Viewer):
    """A dialog with a title, which its cross, Esc and a click beside it close.

    The page gets it when it is first opened.

    Parameters
    ----------
    make : callable
        Makes its content.
    title : str
    width : {"xs", "sm", "md", "lg", "xl"}, default "md"
        How wide it is where there is room.
    sx : dict, optional
        More of Material UI's styles.
    **params
        Of this class.
    """

    open = param.Boolean(default=False, doc="Whether it is open.")
    loading = param.Boolean(default=False, doc="Whether its content is still worked out.")

    def __init__(self, make: Callable[[], pn.viewable.Viewable], title: str, width="md", sx=None, **params):
        super().__init__(**params)
        self._make, self._title, self._width, self._sx = make, title, width, LOOK | (sx or {})
        self._place = later(sizing_mode=None, styles=NOWHERE)

    @param.depends("open", watch=True)
    def _fill(self):
        if self.open:
            fill(self._place, self._frame)

    def _frame(self):
        frame = pmui.Dialog(
            self._make(),
            title=self._title,
            title_variant="h6",
            width_option=self._width,
            sizing_mode="stretch_width",
            show_close_button=True,
            close_on_click=True,
            sx=self._sx,
            open=self.open,
            loading=self.param.loading,
        )
        frame.link(self, open="open", bidirectional=True)
        return frame

    def __panel__(self):
        return self._place
