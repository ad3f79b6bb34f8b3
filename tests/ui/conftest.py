"""A real Chromium before a real `panel serve`, cut off from every address but the server's own.

A test asks for `page`, and for `app_url` (the dashboard) or `serve` (a script of its own). Whatever the page
says on its error console, fails to load or asks of the outside world fails the test, and so do tracebacks of
the server. `vega` and `shot` reach into the charts and take screenshots, `noise` declares what is expected.
A page takes seconds to load: where a module overrides `page` by `kept_page`, its tests share one, and `begin`
puts it back to where it began, if its script is written with `anew`.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

from .driver import Vega, button, progress, visit

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LOCAL = {"localhost", "127.0.0.1"}
# What Tornado logs when a page is closed in the middle of a message.
GONE = re.compile(r"Task exception was never retrieved\nfuture: .*?\ntornado\.websocket\.WebSocketClosedError\n", re.S)
# What FilePond says on a busy machine, and nobody sees: once a file is read, the server puts a new field in the place
# of the one that brought it, while the old one still animates its progress.
TAKEN_AWAY = "error: Cannot read properties of null (reading 'file')"
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


WIDTH, HEIGHT = 1440, 900
PATIENCE = 120_000  # milliseconds: machines that run tests are busy
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items):
    # Long files first: so two workers end at nearly the same time.
    items.sort(key=lambda item: not item.path.is_relative_to(HERE))
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def artefacts():
    """The folder for screenshots and server logs, which git ignores."""
    folder = ROOT / "artefacts"
    folder.mkdir(exist_ok=True)
    return folder


# A module's own, since Playwright leaves its event loop running: asyncio would refuse to work in later tests.
@pytest.fixture(scope="module")
def browser():
    """A Chromium that is installed here."""
    with sync_playwright() as playwright:
        names = ["chromium", "chromium-browser", "google-chrome", playwright.chromium.executable_path]
        executable = next(filter(None, map(shutil.which, names)), None)
        if executable is None:
            give_up = pytest.fail if os.environ.get("CI") else pytest.skip
            give_up("No Chromium: install one, or run `playwright install chromium`.")
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@contextmanager
def serving(script, args, log):
    """Serve a script on a free port, yield its address, and look through what the server has said."""
    command = [sys.executable, "-m", "panel", "serve", str(script), "--port", "0", *args]
    with log.open("w") as out, subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out) as server:
        try:
            yield wait_for_address(server, log)
        finally:
            server.kill()
    said = GONE.sub("", log.read_text())
    assert not re.search(r"Traceback|ERROR", said), said


def wait_for_address(server, log):
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline and server.poll() is None:
        if address := re.search(r"running at: (http://\S+)", log.read_text()):
            return address[1]
        time.sleep(0.1)
    pytest.fail(f"The server did not start:\n{log.read_text()}")


@pytest.fixture(scope="module")
def serve(artefacts, worker_id):
    """A function from a script and further arguments of `panel serve` to the address of its page."""
    with ExitStack() as servers:

        def start(script, *args):
            script = ROOT / script
            name = f"{script.stem}-with-arguments" if args else script.stem  # the dashboard may be served beside it
            return servers.enter_context(serving(script, args, artefacts / f"{name}-{worker_id}.log"))

        yield start


@pytest.fixture(scope="session")
def app_url(artefacts, worker_id):
    """The address of the dashboard, of which each worker serves one: a log tells one address."""
    with serving(ROOT / "app.py", [], artefacts / f"app-{worker_id}.log") as address:
        yield address


def broken_off(request):
    """Whether a style sheet was on its way when the part that asked for it was taken from the page."""
    return (request.resource_type, request.failure) == ("stylesheet", "net::ERR_ABORTED")


class Noise(list):
    """What pages complained about; `expect` names, as a pattern, what must be among it."""

    def __init__(self):
        self.expected = []
        self.closed = set()

    def expect(self, pattern):
        self.expected.append(pattern)

    def listen(self, context):
        def hear(line):
            if context not in self.closed:
                self.append(line)

        def block(route):
            hear(f"outside: {route.request.url}")
            route.abort()

        context.on("console", lambda said: said.type == "error" and hear(f"console: {said.text}"))
        context.on("weberror", lambda raised: hear(f"error: {raised.error}"))
        context.on(
            "requestfailed", lambda request: broken_off(request) or hear(f"failed: {request.url} {request.failure}")
        )
        context.on("response", lambda got: got.status >= 400 and hear(f"{got.status}: {got.url}"))
        context.route(lambda url: urlsplit(url).hostname not in LOCAL, block)

    def close(self, context):
        """Close pages, deaf to what that breaks off: some of it is heard only in the next test."""
        self.closed.add(context)
        context.close()

    def check(self):
        """Fail for what was not expected and for what was not heard, and forget both."""
        heard, expected = [line for line in self if line != TAKEN_AWAY], list(self.expected)
        self.clear()
        self.expected.clear()
        unexpected = [line for line in heard if not any(re.search(pattern, line) for pattern in expected)]
        missing = [pattern for pattern in expected if not any(re.search(pattern, line) for line in heard)]
        assert not unexpected, "The page complained:\n" + "\n".join(unexpected)
        assert not missing, f"The page did not complain about {missing}"


@pytest.fixture(scope="module")
def complaints():
    """What a module's pages complain about, test by test."""
    return Noise()


@pytest.fixture
def noise(complaints):
    """What the test's pages complain about: `noise.expect(pattern)` permits, and asks for, a complaint."""
    yield complaints
    complaints.check()


def open_page(browser, complaints, **options):
    size = {"width": WIDTH, "height": HEIGHT}
    context = browser.new_context(**{"viewport": size, "accept_downloads": True, **options})
    context.set_default_timeout(PATIENCE)
    complaints.listen(context)
    return context.new_page()


@pytest.fixture
def new_page(browser, noise):
    """A function from Playwright's context options (viewport, color_scheme, has_touch, ...) to a new page."""
    pages = []

    def new(**options):
        pages.append(open_page(browser, noise, **options))
        return pages[-1]

    yield new
    for page in pages:
        noise.close(page.context)


@pytest.fixture(scope="module")
def module_page(browser, complaints):
    page = open_page(browser, complaints)
    yield page
    complaints.close(page.context)


@pytest.fixture
def kept_page(module_page, noise):
    """The page that the tests of a module share, of 1440 x 900 pixels."""
    module_page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    module_page.mouse.move(0, 0)
    return module_page


def begin_again(page):
    """Put a new one in place of what a script with `anew` shows."""
    number = int(re.search(r"made-(\d+)", page.locator("[class*=made-]").get_attribute("class"))[1])
    # A dialog that was left open may cover the button.
    page.get_by_role("button", name="Anew", include_hidden=True).dispatch_event("click")
    page.locator(f".made-{number + 1}").wait_for()


@pytest.fixture
def begin(kept_page):
    """A function that brings the shared page to the beginning of a script with `anew`."""

    def load_or_begin_again(url):
        if kept_page.url == url:
            begin_again(kept_page)
        else:
            kept_page.goto(url)

    return load_or_begin_again


@pytest.fixture
def fitted(kept_page, app_url):
    """A dashboard with a map of wine, which the tests of a module share."""
    if kept_page.url != app_url:
        visit(kept_page, app_url)
        button(kept_page, "Fit").click()
        expect(progress(kept_page)).to_contain_text("converged")
    return kept_page


@pytest.fixture
def page(new_page):
    """A page of 1440 x 900 pixels."""
    return new_page()


@pytest.fixture
def shot(artefacts, request):
    """A function that keeps a screenshot of a whole page, of the fixture `page` unless it is told another."""

    def take(name, page=None):
        (page or request.getfixturevalue("page")).screenshot(path=artefacts / f"{name}.png", full_page=True)

    return take


@pytest.fixture
def vega(request):
    """A function from the label of a LiveChart, and a page, to its `Vega` driver, once it is drawn."""

    def reach(label, page=None):
        return Vega(page or request.getfixturevalue("page"), label)

    return reach
