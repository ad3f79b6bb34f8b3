"""What people type into the settings: taken as it is meant, or refused in words."""

import panel_material_ui as pmui
import pytest

from igtm.dashboard.settings import Settings


def field(settings, name):
    fields = settings.view.select(lambda part: isinstance(part, pmui.TextInput))
    return next(part for part in fields if part.label.startswith(f"{name} ·"))


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("niter", "500", 500),
        ("niter", "1,000", 1000),
        ("niter", "1e3", 1000),
        ("tol", "1e-6", 1e-6),
        ("tol", "0,5", 0.5),
        ("regul", " 2 ", 2),
        ("n_blocks", "7.0", 7),
    ],
)
def test_numbers_are_read_as_they_are_meant(name, typed, value):
    settings = Settings()
    entry = field(settings, name)
    entry.value = typed
    assert settings.values[name] == value
    assert type(settings.values[name]) is type(value) or name != "niter"
    assert (entry.helper_text, entry.error_state) == ("", False)
    assert float(entry.value) == value


@pytest.mark.parametrize("name", ["regul", "n_blocks", "niter", "tol"])
@pytest.mark.parametrize("typed", ["", "many", "-1", "1e9", "nan", "inf"])
def test_what_is_no_number_in_bounds_is_refused_in_words(name, typed):
    settings = Settings()
    before, entry = settings.values, field(settings, name)
    entry.value = typed
    assert settings.values == before
    assert entry.error_state
    assert "number from 0 to" in entry.helper_text
    assert repr(typed) in entry.helper_text
    assert float(entry.value) == before[name]
    entry.value = "1"
    assert (settings.values[name], entry.helper_text, entry.error_state) == (1, "", False)


def test_a_field_follows_its_parameter():
    settings = Settings(niter=50)
    assert field(settings, "niter").value == "50"
    settings.niter = 70
    assert field(settings, "niter").value == "70"


def test_a_refusal_is_over_once_the_parameter_has_another_value():
    settings = Settings(niter=50)
    entry = field(settings, "niter")
    entry.value = "many"
    settings.niter = 70
    assert (entry.value, entry.helper_text, entry.error_state) == ("70", "", False)


def test_a_refusal_is_over_once_a_fit_has_the_value_that_stayed():
    settings = Settings()
    entry = field(settings, "regul")
    entry.value = "five"
    assert entry.error_state
    settings.disabled = True
    assert (entry.value, entry.helper_text, entry.error_state) == ("0.1", "", False)


def test_half_an_iteration_is_none():
    settings = Settings()
    entry = field(settings, "niter")
    for typed in ("2.5", "2,5"):
        entry.value = typed
        assert settings.niter == 200
        assert "whole number" in entry.helper_text


def test_auto_is_there_while_a_value_is_not_the_automatic_one():
    settings = Settings()

    def autos():
        return [button for button in settings.view.select(pmui.Button) if button.visible]

    assert len(autos()) == 2  # of k and m, which could follow the number of rows
    settings.regul = 5
    assert len(autos()) == 3
    for button in autos():
        button.param.trigger("clicks")
    assert autos() == []
    assert (settings.k, settings.m, settings.regul) == (0, 0, 0.1)
    settings.k = 9
    assert len(autos()) == 1
