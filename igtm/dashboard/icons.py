"""Icons as SVG: an icon font would have to be on the page, and in a notebook it is not."""

__all__ = ["COPY", "DOWNLOAD", "PAUSE", "PLAY", "STEP", "STOP", "TUNE"]


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
TUNE = _icon('<path d="M4 7h7M17 7h3M4 17h3M13 17h7"/><circle cx="14" cy="7" r="3"/><circle cx="10" cy="17" r="3"/>')
