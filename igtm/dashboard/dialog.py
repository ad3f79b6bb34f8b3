"""The frame that every dialog of the page has."""

import panel_material_ui as pmui

__all__ = ["dialog"]

LOOK = {
    "& .MuiIconButton-root": {"color": "inherit"},  # of itself it stays black in the dark
    "& .MuiDialog-paper > .MuiBox-root > .MuiIconButton-root": {"m": 1},  # the cross
    # On a phone the dialog is the page.
    "@media (max-width: 600px)": {
        "& .MuiDialog-paper": {"m": 0, "width": "100%", "height": "100%", "maxHeight": "100%", "borderRadius": 0}
    },
}


def dialog(content, title: str, width: str = "md", sx: dict | None = None, **params) -> pmui.Dialog:
    """Return a dialog with a title, which its cross, Esc and a click beside it close.

    Parameters
    ----------
    content : Panel object
    title : str
    width : {"xs", "sm", "md", "lg", "xl"}, default "md"
        How wide it is where there is room.
    sx : dict, optional
        More of Material UI's styles.
    **params
        Other parameters of `panel_material_ui.Dialog`.
    """
    return pmui.Dialog(
        content,
        title=title,
        title_variant="h6",
        width_option=width,
        sizing_mode="stretch_width",
        show_close_button=True,
        close_on_click=True,
        sx=LOOK | (sx or {}),
        **params,
    )
