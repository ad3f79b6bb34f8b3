"""Tables on the server: what lies below one folder, which whoever starts the server names."""

from argparse import ArgumentParser
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from igtm.tables import readers
from igtm.tables.tables import MAX_BYTES, Table, TableError, safe_name

__all__ = ["folder", "names", "read"]

MAX_NAMES = 1_000
MAX_SEEN = 20_000  # files and folders, of any kind


def folder(arguments: Sequence[str]) -> Path | None:
    """The folder that the arguments of the script name: ``panel serve app.py --args --data DIR``.

    Raises
    ------
    ValueError
        If it is no folder.
    """
    parser = ArgumentParser(prog="app.py", allow_abbrev=False)
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of tables that visitors may load")
    given = parser.parse_args(arguments).data
    if given is not None and not given.is_dir():
        raise ValueError(f"--data names {str(given)!r}, which is no folder on this machine: give one that exists.")
    return given


def names(folder: Path) -> list[str]:
    """Files that `readers.read` knows and folders with Parquet files, below a folder, relative to it and sorted.

    At most `MAX_NAMES`, those that lie least deep. What begins with a dot is left out, and so is what lies elsewhere
    and is only linked.
    """
    found = (path for path in islice(_below(folder), MAX_SEEN) if _is_table(path) and _lies_in(folder, path))
    return sorted(path.relative_to(folder).as_posix() for path in islice(found, MAX_NAMES))


def read(folder: Path, name: str, max_bytes: int = MAX_BYTES) -> Table:
    """The table in a file, or in a folder of Parquet files, below a folder; its `path` is `name`.

    Raises
    ------
    TableError
        If the name leads out of the folder, or what lies there cannot be read as a table.
    """
    path = folder / name
    # Its own place first: nothing is listed elsewhere.
    if not (_lies_in(folder, path) and all(_lies_in(folder, each) for each in readers.parquet_files(path))):
        raise TableError(
            f"{safe_name(name)!r} does not lie in the folder that this server shares. Choose one of those listed."
        )
    return replace(readers.read(path, max_bytes=max_bytes), path=name)


def _below(folder: Path) -> Iterator[Path]:
    """All files and folders below a folder, those least deep first; links to folders are not followed."""
    waiting = deque([folder])
    while waiting:
        try:
            inside = sorted(waiting.popleft().iterdir())
        except OSError:  # it is gone, or not for everybody
            continue
        shown = [path for path in inside if not path.name.startswith(".")]
        yield from shown
        waiting.extend(path for path in shown if path.is_dir() and not path.is_symlink())


def _is_table(path: Path) -> bool:
    if path.is_dir():
        return not path.is_symlink() and next(path.glob("*.parquet"), None) is not None
    return path.suffix.lower() in readers.SUFFIXES and path.is_file()


def _lies_in(folder: Path, path: Path) -> bool:
    """Whether a path, once all links are followed, is below the folder."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):  # a circle of links, or no path at all
        return False
