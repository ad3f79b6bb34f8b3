"""Training: owns the run. A worker thread asks for the next Step; pause is not asking, stop is dropping it."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from threading import Condition, Thread
from time import perf_counter

import numpy as np
import pandas as pd
import param

from igtm.engine.em import Step
from igtm.estimator import eIGTM
from igtm.maps import everything, landscape, table_map
from igtm.maps.table_map import TableMap
from igtm.tables import preprocessing
from igtm.tables.preprocessing import Recipe
from igtm.tables.tables import Table

FRAME_SECONDS = 0.2  # five frames a second are enough to see a map move
FRAME_ROWS = 20_000


@dataclass(frozen=True)
class Job:
    """What to fit: a table, how to prepare it, the parameters of `eIGTM`, and how far each row counts."""

    table: Table
    recipe: Recipe
    settings: dict
    weights: np.ndarray | None = None


@dataclass(frozen=True)
class Frame:
    """One picture of a run.

    Parameters
    ----------
    job : Job
    step : Step
        The latest.
    rows : ndarray of int
        Which rows of the table are drawn.
    points : DataFrame
        Where these rows lie.
    path : DataFrame
        `iteration`, `log_likelihood` and `objective` of all steps so far.
    seconds_left : float
        If all iterations are made that the settings allow.
    """

    job: Job
    step: Step
    rows: np.ndarray
    points: pd.DataFrame
    path: pd.DataFrame
    seconds_left: float


class Training(param.Parameterized):
    """One run at a time, on a thread of its own.

    The thread never touches a parameter: `poll`, called by whoever shows the run, brings them up to date.
    """

    status = param.Selector(
        default="idle",
        objects=["idle", "running", "paused", "stopped", "done", "failed"],
        doc="Where the run stands.",
    )
    frame = param.Parameter(doc="The latest Frame of the latest run, None before its first.")
    result = param.Parameter(doc="The TableMap of the latest run that ended with one, None before.")
    error = param.String(doc="Why the latest run failed, in words.")

    def __init__(self, **params):
        super().__init__(**params)
        self._turn = Condition()
        self._thread = None
        self._news = {}
        self._paused = self._stopped = False
        self._steps_granted = 0

    @property
    def active(self) -> bool:
        """Whether a run is under way, paused ones included."""
        return self.status in ("running", "paused")

    def start(self, job: Job, paused: bool = False) -> None:
        """Begin a run; with `paused`, only its first picture is made."""
        if self.active:
            raise RuntimeError("A run is under way: stop it before starting another.")
        self.join()
        self._news = {}
        self._paused, self._stopped, self._steps_granted = paused, False, 0
        self.param.update(status="paused" if paused else "running", error="", frame=None)
        self._thread = Thread(target=self._work, args=(job,), name="igtm-training", daemon=True)
        self._thread.start()

    def pause(self) -> None:
        """Ask for no further step."""
        if self.status == "running":
            self._tell(_paused=True)
            self.status = "paused"

    def resume(self) -> None:
        """Go on after a pause."""
        if self.status == "paused":
            self._tell(_paused=False)
            self.status = "running"

    def advance(self) -> None:
        """Make one step of a paused run."""
        if self.status == "paused":
            self._tell(_steps_granted=self._steps_granted + 1)

    def stop(self) -> None:
        """Drop the step under way and keep the last whole one."""
        self._tell(_stopped=True)

    def recall(self, fitted: TableMap) -> None:
        """Be as after the run that made a map, but for `result`; not while one is under way."""
        if self.active:
            raise RuntimeError("A run is under way: stop it before recalling another.")
        stopped = fitted.model.stop_reason_ == "stopped"
        self.param.update(status="stopped" if stopped else "done", frame=_last(fitted), error="")

    def forget(self) -> None:
        """Be as before the first run; not while one is under way."""
        if self.active:
            raise RuntimeError("A run is under way: stop it before forgetting it.")
        self.param.update(status="idle", frame=None, error="")

    def close(self) -> None:
        """Stop and wait for the thread to end."""
        self.stop()
        self.join()

    def join(self) -> None:
        """Wait until the thread has ended; `poll` then knows all."""
        if self._thread is not None:
            self._thread.join()

    def poll(self) -> None:
        """Take over what the thread has found since the last call; to be called where parameters may be set."""
        with self._turn:
            news, self._news = self._news, {}
        if news:
            self.param.update(**news)

    def _tell(self, **wishes) -> None:
        with self._turn:
            for name, value in wishes.items():
                setattr(self, name, value)
            self._turn.notify_all()

    def _work(self, job: Job) -> None:
        try:
            result = self._fit(job)
        except MemoryError:
            self._report(
                status="failed", error="There is not enough memory: use fewer features, a smaller k or a PCA."
            )
        except ValueError as error:
            self._report(status="failed", error=str(error))
        except Exception as error:  # whatever it is, the page has to say so and go on
            self._report(status="failed", error=f"The fit failed: {type(error).__name__}: {error}")
        else:
            stopped = result is None or result.model.stop_reason_ == "stopped"
            found = {} if result is None else {"result": result}
            self._report(status="stopped" if stopped else "done", **found)

    def _fit(self, job: Job) -> TableMap | None:
        pipeline = preprocessing.pipeline(job.table, job.recipe)
        X = pipeline.fit_transform(job.table.frame)
        model = eIGTM(**job.settings)
        camera = _Camera(job, X, self._report)
        rows = everything.rows_to_fit(job.table, pipeline, X)
        with closing(model.iter_fit(rows, sample_weight=job.weights, cancelled=lambda: self._stopped)) as steps:
            for step in steps:
                camera.see(step, at_once=self._paused)
                self._wait()
                if self._stopped:
                    break
        if camera.step is None:
            return None
        camera.shoot()
        return table_map.place(job.table, job.recipe, pipeline, model, X)

    def _wait(self) -> None:
        with self._turn:
            self._turn.wait_for(lambda: self._stopped or not self._paused or self._steps_granted > 0)
            self._steps_granted = max(0, self._steps_granted - 1)

    def _report(self, **news) -> None:
        with self._turn:
            self._news |= news


def _last(fitted: TableMap) -> Frame:
    """The last picture of the run that made a map."""
    model, rows = fitted.model, landscape.sample_rows(fitted.table.frame, FRAME_ROWS)
    values = {"log_likelihood": model.log_likelihood_path_, "objective": model.objective_path_}
    path = pd.DataFrame({"iteration": np.arange(len(model.objective_path_)), **values})
    objective, gain = path["objective"].iloc[-1], path["objective"].diff().iloc[-1]
    step = Step(model.n_iter_, model.manifold_, model.statistics_, objective, gain, seconds=0.0)
    job = Job(fitted.table, fitted.recipe, model.get_params())
    return Frame(job, step, rows, fitted.points.iloc[rows], path, seconds_left=0.0)


class _Camera:
    """Makes a Frame of the latest step at most every `FRAME_SECONDS`."""

    def __init__(self, job: Job, X: np.ndarray, report: Callable):
        self.job = job
        self.rows = landscape.sample_rows(job.table.frame, FRAME_ROWS)
        self.X = X[self.rows]
        self.report = report
        self.step = None
        self.path = []
        self.seconds = 0.0
        self.last = -np.inf

    def see(self, step: Step, at_once: bool) -> None:
        self.step = step
        self.seconds += step.seconds
        self.path.append((step.n_iter, step.log_likelihood, step.objective))
        if at_once or perf_counter() - self.last >= FRAME_SECONDS:
            self.shoot()

    def shoot(self) -> None:
        remaining = self.job.settings["niter"] - self.step.n_iter
        frame = Frame(
            job=self.job,
            step=self.step,
            rows=self.rows,
            points=landscape.points(self.step.manifold, self.X),
            path=pd.DataFrame(self.path, columns=["iteration", "log_likelihood", "objective"]),
            seconds_left=remaining * self.seconds / len(self.path),
        )
        self.report(frame=frame)
        self.last = perf_counter()
