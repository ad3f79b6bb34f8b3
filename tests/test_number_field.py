"""A field of text and a number follow each other; what cannot be taken is said, and changes nothing."""

import param
import pytest

from igtm.dashboard.number_field import number_field


class Owner(param.Parameterized):
    node = param.Integer(default=None, allow_None=True, bounds=(0, None))
    width = param.Number(default=0.3, bounds=(0, 5))


@pytest.fixture
def owner():
    return Owner()


@pytest.mark.parametrize(("typed", "number"), [("7", 7), (" 12 ", 12), ("1,000", 1000), ("1e3", 1000)])
def test_a_whole_number_is_taken_as_people_write_it(owner, typed, number):
    field = number_field(owner.param.node, label="Node")
    field.value = typed
    assert (owner.node, field.value, field.error_state) == (number, str(number), False)


def test_a_decimal_comma_is_a_point(owner):
    number_field(owner.param.width).value = "0,75"
    assert owner.width == 0.75


def test_an_empty_field_is_none_where_there_may_be_none(owner):
    field = number_field(owner.param.node)
    assert field.value == ""
    owner.node = 5
    assert field.value == "5"
    field.value = " "
    assert (owner.node, field.value, field.error_state) == (None, "", False)
    width = number_field(owner.param.width)
    width.value = ""
    assert (owner.width, width.value, width.error_state) == (0.3, "0.3", True)


@pytest.mark.parametrize("typed", ["64", "-1", "2.5", "five", "nan"])
def test_bounds_are_those_of_the_moment(owner, typed):
    field = number_field(owner.param.node)
    owner.node = 100
    owner.param.node.bounds = (0, 63)
    owner.node = 3
    field.value = typed
    assert (owner.node, field.value) == (3, "3")
    assert field.helper_text == f"Give a whole number from 0 to 63, not {typed!r}."
    field.value = "63"
    assert (owner.node, field.helper_text, field.error_state) == (63, "", False)
