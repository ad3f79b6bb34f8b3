"""The dashboard in a cell of a real JupyterLab: it fits live, and what is brushed reaches the next cell."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import closing
from urllib.request import urlopen

import nbformat
import pytest
from playwright.sync_api import expect

from igtm.charts.theme import DARK, INK

from .conftest import PATIENCE

SET_UP = """
import panel as pn
from sklearn.datasets import load_digits

import igtm

pn.extension("vega", "tabulator", "filedropper", inline=True)
"""
NITER = 60
EXPLORE = f"""
digits = load_digits(as_frame=True)
df = digits.data.assign(digit=digits.target.astype("category"))
explorer = igtm.explore(df, color="digit", k=12, tol=0, niter={NITER})
explorer
"""
SELECTED = "print(explorer.model.n_iter_, list(explorer.selected.index))"

# What JupyterLab asks of the internet unless it is told not to, and what it asks the reader at first.
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}
OPTIONS = [
    "--no-browser",
    "--allow-root",
    "--IdentityProvider.token=",
    "--ServerApp.port_retries=0",
    "--LabApp.extension_manager=readonly",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
]
# What the server may log: of a page that leaves while a message is on its way.
LEFT = {"tornado.iostream.StreamClosedError", "tornado.websocket.WebSocketClosedError"}
INK_IS = f"([host, colour]) => host.chart.view?.signal('{INK}') === colour"


def free_port():
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return server.getsockname()[1]


@pytest.fixture(scope="module")
def lab(jupyter_variables, tmp_path_factory, artefacts):
    """The address of a JupyterLab with one notebook, explore.ipynb."""
    root = tmp_path_factory.mktemp("notebooks")
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in (SET_UP, EXPLORE, SELECTED)]
    kernel = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), root / "explore.ipynb")
    overrides = tmp_path_factory.mktemp("lab")
    (overrides / "overrides.json").write_text(json.dumps(SETTINGS))

    address = f"http://127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "jupyterlab", *OPTIONS, f"--ServerApp.root_dir={root}"]
    command += [f"--ServerApp.port={address.rpartition(':')[2]}", f"--LabApp.app_settings_dir={overrides}"]
    environment = {**os.environ, **jupyter_variables}
    log = artefacts / "jupyterlab.log"
    with log.open("w") as out, subprocess.Popen(command, cwd=root, env=environment, stdout=out, stderr=out) as server:
        try:
            wait_until_it_answers(f"{address}/api", server, log)
            yield address
        finally:
            server.terminate()  # not killed: it has kernels to end
            server.wait(timeout=PATIENCE / 1000)
    raised = set(re.findall(r"^\s*([\w.]+(?:Error|Exception))\b", log.read_text(), re.MULTILINE))
    assert raised <= LEFT, raised


def wait_until_it_answers(address, server, log):
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline and server.poll() is None:
        try:
            return urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()}")


class Notebook:
    """The notebook that JupyterLab shows."""

    def __init__(self, page):
        self.page = page
        self.cells = page.locator(".jp-Notebook .jp-CodeCell")
        page.get_by_text(re.compile(r"^Python 3.* \| Idle$")).wait_for()

    def run(self, number):
        """Run a cell, wait until it has ended, and return its output."""
        cell = self.cells.nth(number)
        editor = cell.locator(".cm-content")
        editor.click()
        expect(editor).to_be_focused()
        self.page.keyboard.press("Control+Enter")
        expect(cell.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]:"))
        return cell.locator(".jp-Cell-outputArea")

    def darken(self):
        """Choose JupyterLab's dark theme."""
        self.page.get_by_role("menuitem", name="Settings").click()
        self.page.get_by_text("Theme", exact=True).hover()
        self.page.get_by_text("JupyterLab Dark", exact=True).click()


@pytest.fixture
def notebook(page, lab):
    page.goto(f"{lab}/lab/tree/explore.ipynb?reset")
    return Notebook(page)


def test_a_fit_and_a_brush_in_a_cell_reach_the_next(page, notebook, vega, shot):
    notebook.run(0)
    widget = notebook.run(1)
    fit = widget.get_by_role("button").filter(has_text=re.compile("Fit$"))
    expect(widget.locator(".material-icons")).to_have_count(0)  # a notebook has not their font
    fit.click()

    chart = vega("Map")
    expect(fit).to_be_enabled()
    chart.settle()
    assert chart.frames > 2
    assert chart.embeds == 1
    assert vega("Convergence").data("path")[-1]["iteration"] == NITER

    chart.brush((-0.6, -0.4), (0.3, 0.5))
    expect(widget.get_by_text(re.compile("^[0-9]+ of 1,797 rows$"))).to_be_visible()
    shot("jupyterlab")
    inside = [row["row_id"] for row in chart.settle().data("points") if row["selected"]]
    assert 0 < len(inside) < 1797
    assert notebook.run(2).inner_text().strip() == f"{NITER} {inside}"

    notebook.darken()
    page.wait_for_function(INK_IS, arg=[chart.host.element_handle(), DARK.text])
    chart.settle()
    shot("jupyterlab_dark")
