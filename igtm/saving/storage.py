"""Values in one `.npz` file: named arrays and JSON metadata, no pickle, written whole or not at all."""

import json
import os
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import numpy as np

FORMAT = "igtm"
VERSION = 1
REMEDY = "Save the model again with save()."
MAX_BYTES = 1 << 30  # of arrays once unpacked: a small file can claim any size


def write(path: str | os.PathLike | BinaryIO, metadata: dict, arrays: dict[str, np.ndarray]) -> None:
    """Write metadata (anything JSON holds) and arrays to a path, atomically, or to an open binary file."""
    header = json.dumps({"format": FORMAT, "version": VERSION, **metadata})
    contents = {"metadata": np.frombuffer(header.encode(), dtype=np.uint8), **arrays}
    if not isinstance(path, str | os.PathLike):
        np.savez_compressed(path, **contents)
        return
    with replacing(path) as file:
        np.savez_compressed(file, **contents)


@contextmanager
def replacing(path: str | os.PathLike) -> Iterator[BinaryIO]:
    """A file to write that takes the place of `path` when it is whole; after an error, `path` is as it was."""
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {path.parent}: make it, or give another path than {path}.")
    temporary = path.with_name(f".{path.name}.{uuid4().hex}")  # tempfile's would stay unreadable for others
    try:
        with open(temporary, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def sweep(path: str | os.PathLike) -> None:
    """Remove the temporary files that killed writers of `path` left beside it."""
    path = Path(path)
    temporary = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{32}}")
    for beside in path.parent.iterdir():
        if temporary.fullmatch(beside.name):
            beside.unlink(missing_ok=True)


def read(path: str | os.PathLike | BinaryIO, remedy: str = REMEDY) -> tuple[dict, dict[str, np.ndarray]]:
    """Read what `write` wrote; `remedy` is what the error for a damaged file advises.

    Raises
    ------
    ValueError
        If the file is not one of ours, is of a later version, damaged or too large.
    """
    name = path if isinstance(path, str | os.PathLike) else "The file"
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
                raise ValueError(f"it unpacks to more than {MAX_BYTES >> 20} MB")
        if not isinstance(path, str | os.PathLike):
            path.seek(0)
        with np.load(path, allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
        metadata = json.loads(arrays.pop("metadata").tobytes()) if "metadata" in arrays else None
        if not isinstance(metadata, dict) or metadata.pop("format", None) != FORMAT:
            raise ValueError("it does not say that igtm wrote it")
        version = metadata.pop("version", None)
    except OSError:
        raise
    except Exception as error:  # a damaged archive fails in many ways; all mean the same to the user
        raise ValueError(f"{name} is not a readable igtm model: {error}. {remedy}") from error
    if version != VERSION:
        raise ValueError(f"{name} has format version {version}; this igtm reads version {VERSION}. Update igtm.")
    return metadata, arrays
