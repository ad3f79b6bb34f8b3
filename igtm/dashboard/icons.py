"""Icons as SVG: an icon font would have to be on the page, and in a notebook it is not."""

__all__ = ["COPY", "DOWNLOAD", "PALETTE", "PAUSE", "PLAY", "STEP", "STOP", "TABLE", "TUNE"]


def _icon(shapes: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="black" stroke-width="2" '
        f'stroke-linecap="round" stroke-linejoin="round">{shapes}</svg>'
    )


PLAY = _icon('<path fill="black" d="M7 5v14l11-7z"/>')
PAUSE = _icon('<path stroke-width="4" d="M8 6v12M16 6v12"/>')
STEP = _icon('<path fill="black" d="M6 6v12l8-6z"/><path d="M18 6v12"/>')
STOP = _icon('<path fill="black" d="M7 7h10v10H7z"/>')
DOWNLOAD = _icon('<path d="M12 4v11M7 10l5 5 5-5M5 20h14"/>')
COPY = _icon('<path d="M9 9h11v11H9zM5 15H4V4h11v1"/>')
TABLE = _icon('<path d="M4 5h16v14H4zM4 10h16M4 14.5h16M10 10v9"/>')
TUNE = _icon('<path d="M4 7h7M17 7h3M4 17h3M13 17h7"/><circle cx="14" cy="7" r="3"/><circle cx="10" cy="17" r="3"/>')
PALETTE = _icon(
    '<path d="M12 3a9 9 0 1 0 0 18c2 0 2-1.5 1.5-2.5-.6-1.3.2-2.5 1.5-2.5h2a4 4 0 0 0 4-4c0-5-4-9-9-9z"/>'
    '<circle cx="7.5" cy="11" r="1"/><circle cx="11" cy="7.5" r="1"/><circle cx="15.5" cy="8.5" r="1"/>'
)
