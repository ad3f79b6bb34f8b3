"""A number as text in a field: what cannot be taken is said in words, beside the value that stands."""

import re

import panel_material_ui as pmui
import param

__all__ = ["number_field"]


def number_field(parameter: param.Number, **look) -> pmui.TextInput:
    """A field of text and a parameter that follow each other, within the bounds that the parameter has by then.

    Panel's fields for numbers send the value with which they were drawn back to Python, a moment after they were
    drawn: what Python had set meanwhile would be undone. Nor do they say what is wrong with a number.

    Parameters
    ----------
    parameter : param.Number or param.Integer
        The number, of an object. Where None is allowed, an empty field is None.
    **look
        Of the field.
    """
    owner, name = parameter.owner, parameter.name
    field = pmui.TextInput(**look)

    def text():
        value = getattr(owner, name)
        return "" if value is None else f"{value:.12g}"

    def write(*_):
        field.param.update(value=text(), helper_text="", error_state=False)

    def read(event):
        if event.new == text():
            return
        try:
            owner.param.update({name: _read(event.new, owner.param[name])})
        except ValueError:
            problem = _problem(event.new, owner.param[name])
        else:
            problem = ""
        write()
        field.param.update(helper_text=problem, error_state=bool(problem))

    write()
    field.param.watch(read, "value")
    field.param.watch(write, "disabled")  # what was typed and not entered gives way to what holds
    owner.param.watch(write, name)
    return field


def _read(text, parameter):
    if parameter.allow_None and not text.strip():
        return None
    return _whole(text) if isinstance(parameter, param.Integer) else float(text.replace(",", "."))


def _whole(text: str) -> int:
    value = float(re.sub(r",(?=\d{3}\b)", "", text))  # "1e3" and "1,000", too
    if not value.is_integer():
        raise ValueError(f"{text} is not a whole number")
    return int(value)


def _problem(text, parameter):
    low, high = parameter.bounds
    kind = "whole number" if isinstance(parameter, param.Integer) else "number"
    return f"Give a {kind} from {low:g} to {high:,g}, not {text!r}."
