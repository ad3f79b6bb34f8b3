"""How a test uses the dashboard's controls, and reads and moves a LiveChart, in data coordinates, by real events."""

import re

from playwright.sync_api import expect

ORIGIN = """host => {
    const canvas = host.querySelector("canvas").getBoundingClientRect();
    const [left, top] = host.chart.view.origin(), padding = host.chart.view.padding();
    return [canvas.left + padding.left + left, canvas.top + padding.top + top];
}"""


def choose(page, label, option):
    """Choose an option of the select with a label."""
    page.get_by_role("combobox", name=label).click()
    page.locator("li").get_by_text(option, exact=True).click()


def button(page, name):
    # By its text, not its accessible name, which is its help; an icon is a ligature, and part of the text.
    return page.get_by_role("button").filter(has_text=re.compile(rf"{name}$"))


def field(page, name):
    return page.get_by_label(re.compile(rf"^{name} ·")).first


def load_sample(page, name):
    choose(page, "Sample", name)
    expect(page.get_by_text(re.compile(rf"^{name} · .* rows × "))).to_be_visible()


def set_number(page, name, value):
    field(page, name).fill(str(value))
    field(page, name).press("Tab")


def download(page, press):
    """Return the name of the file that `press` brings, and where it is.

    The button holds a link for a tenth of a second more, and complains if the page is taken from it meanwhile.
    """
    with page.expect_download() as found:
        press()
    expect(page.locator("a[download]")).to_have_count(0)
    return found.value.suggested_filename, found.value.path()


def project(page, frame):
    """Lay the rows of a second file on the map; return the dialog that tells of them."""
    file = {"name": "later.csv", "mimeType": "text/csv", "buffer": frame.to_csv(index=False).encode()}
    page.locator('input[type=file][accept*=".csv"]').set_input_files(file)
    return page.get_by_role("dialog")


def progress(page):
    return page.get_by_text(re.compile(r"^\d+/\d+ · log-likelihood"))


def visit(page, app_url):
    page.goto(app_url)
    expect(button(page, "Fit")).to_be_enabled()
    expect(page.get_by_role("tab", name="Selection")).to_be_visible()  # it comes when the first view is seen


class Vega:
    """The LiveChart with an accessible name, once it is drawn.

    Parameters
    ----------
    page : playwright.sync_api.Page
        The page that shows it.
    label : str
        Its `label`.
    """

    def __init__(self, page, label):
        self.page = page
        self.host = page.locator(f'[role="img"][aria-label="{label}"]')
        self.tooltip = page.locator("#vg-tooltip-element.visible")
        self.settle()

    def settle(self):
        """Wait until everything that the browser has received is drawn."""
        self.host.locator("canvas").first.wait_for()
        self.page.wait_for_function("host => host.chart.view && !host.chart.busy", arg=self.host.element_handle())
        return self

    @property
    def embeds(self):
        """How many canvases were made."""
        return int(self.host.get_attribute("data-embeds"))

    @property
    def frames(self):
        """How many times rows were changed in place."""
        return int(self.host.get_attribute("data-frames"))

    def data(self, name):
        """Return the rows of a dataset as Vega has them."""
        return self.host.evaluate("(host, name) => host.chart.view.data(name)", name)

    def signal(self, name):
        """Return the value of a signal."""
        return self.host.evaluate("(host, name) => host.chart.view.signal(name)", name)

    def domain(self, channel):
        """Return the ends of the axis `channel`, x or y: where the reader has zoomed."""
        return self.host.evaluate("(host, channel) => host.chart.view.scale(channel).domain()", channel)

    def at(self, x, y):
        """Return where a point in data coordinates is in the window, in pixels."""
        self.host.scroll_into_view_if_needed()
        plot = "(host, [x, y]) => [host.chart.view.scale('x')(x), host.chart.view.scale('y')(y)]"
        return tuple(map(sum, zip(self.host.evaluate(ORIGIN), self.host.evaluate(plot, [x, y]), strict=True)))

    def colour(self, x, y):
        """Return the red, green, blue and opacity that are painted at a point."""
        left, top = self.at(x, y)
        return self.host.evaluate(
            """(host, [left, top]) => {
                const canvas = host.querySelector("canvas"), box = canvas.getBoundingClientRect();
                const ratio = canvas.width / box.width;
                const pixel = [(left - box.left) * ratio, (top - box.top) * ratio];
                return [...canvas.getContext("2d").getImageData(...pixel, 1, 1).data];
            }""",
            [left, top],
        )

    def hover(self, x, y):
        """Move the mouse to a point."""
        left, top = self.at(x, y)
        self.page.mouse.move(left - 1, top)
        self.page.mouse.move(left, top)

    def click(self, x, y, shift=False):
        """Click a point; with shift, add it to those that are picked."""
        self._holding(shift, lambda: self.page.mouse.click(*self.at(x, y)))

    def drag(self, start, end, shift=False):
        """Drag from one point to another: pan; with shift, brush."""
        start, end = self.at(*start), self.at(*end)

        def move():
            self.page.mouse.move(*start)
            self.page.mouse.down()
            self.page.mouse.move(*end, steps=8)
            self.page.mouse.up()

        self._holding(shift, move)

    def brush(self, start, end):
        """Brush the rectangle between two points."""
        self.drag(start, end, shift=True)

    def swipe(self, start, end):
        """Draw a finger from one point to another; the page's context must have touch."""
        start, end = self.at(*start), self.at(*end)
        session = self.page.context.new_cdp_session(self.page)
        for share in (0, 0.25, 0.5, 0.75, 1):
            x, y = (a + share * (b - a) for a, b in zip(start, end, strict=True))
            kind = "touchMove" if share else "touchStart"
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def zoom(self, x, y, notches=3):
        """Turn the mouse wheel over a point: in, or out where negative."""
        before = self.domain("x")
        self.hover(x, y)
        self.page.mouse.wheel(0, -100 * notches)  # which does not wait until it is heard
        changed = "([host, before]) => host.chart.view.scale('x').domain()[0] !== before"
        self.page.wait_for_function(changed, arg=[self.host.element_handle(), before[0]])

    def _holding(self, shift, act):
        if shift:
            self.page.keyboard.down("Shift")
        act()
        if shift:
            self.page.keyboard.up("Shift")
