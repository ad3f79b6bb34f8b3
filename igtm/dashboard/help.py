"""Help: the guide and the glossary, and the buttons that open them."""

import panel as pn
import panel_material_ui as pmui

from igtm.dashboard.glossary import glossary
from igtm.dashboard.guide import Guide, Step
from igtm.dashboard.text import tooltip_at


class Help:
    """Two buttons, for the head of a page, and what they open, which goes anywhere else in it.

    Parameters
    ----------
    steps : list of Step
        What the guide leads through.
    """

    def __init__(self, steps: list[Step]):
        self.guide = Guide(steps)
        self.glossary = glossary()

    def buttons(self) -> pn.Row:
        """Guide and glossary, in the colour of what they stand on."""
        asks = {
            "Guide": ("The first map in two minutes, step by step.", self.guide.start),
            "Glossary": ("The words of the field, a sentence each.", lambda _: self.glossary.param.update(open=True)),
        }
        buttons = (
            pmui.Button(
                label=label, description=help, on_click=action, variant="text", size="small", margin=0,
                sx={"color": "inherit"}, stylesheets=[tooltip_at("below", "right")],
            )
            for label, (help, action) in asks.items()
        )  # fmt: skip
        return pn.Row(*buttons, margin=0, align="center", styles={"flex": "none", "width": "auto"})
