"""What Python sets stays, and so does what a reader chooses."""

from playwright.sync_api import expect

from .driver import button


def test_a_page_never_undoes_what_python_has_set(page, serve):
    page.goto(serve("tests/ui/delivery_app.py"))
    button(page, "Count").click()
    expect(page.get_by_text("counted to")).to_have_text("counted to 150, 0 undone")
    fields = page.get_by_role("textbox")
    assert {field.input_value() for field in fields.all()} == {"150"}


def test_a_reader_can_go_back_to_what_python_had_set_before(page, serve):
    page.goto(serve("tests/ui/delivery_app.py"))
    button(page, "Count").click()
    expect(page.get_by_text("counted to 150")).to_be_visible()
    for number in ("150", "149", "0"):
        page.get_by_label("Number 0", exact=True).fill(number)
        page.get_by_label("Number 0", exact=True).press("Enter")
        expect(page.get_by_label("Number 19")).to_have_value(number)


def test_small_pieces_of_messages_are_not_kept_until_others_are_acknowledged(page, serve):
    page.goto(serve("tests/ui/delivery_app.py"))
    button(page, "Ask the socket").click()
    expect(page.get_by_text("small pieces are sent at once")).to_be_visible()
