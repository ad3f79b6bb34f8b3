"""python -m benchmarks [NAME] [options]: run one benchmark, by default `passes`; each takes --help."""

import sys
from importlib import import_module
from pathlib import Path

PARTS = {"__init__", "__main__", "report"}
NAMES = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in PARTS)


def main():
    """Run the benchmark that the command line names."""
    name, *arguments = sys.argv[1:] or ["passes"]
    if name not in NAMES:
        sys.exit(f"No benchmark is called {name!r}. There are: {', '.join(NAMES)}.")
    import_module(f"benchmarks.{name}").main(arguments)


if __name__ == "__main__":
    main()
