"""What a download asks of an image: sides from a short list, so that few copies are kept. Pure."""

from torque.errors import InvalidParams
from torque.files.types import SIDES, Fit, Resize


def resize_of(width: str | None, height: str | None, fit: str | None) -> Resize | None:
    """Return what the parameters of a download ask for; None when they ask for the file as it is.

    Raises
    ------
    InvalidParams
        Naming the sides there are.
    """
    if width is None and height is None:
        if fit is not None:
            raise InvalidParams("'fit' goes with 'width' and 'height'.", parameter="fit")
        return None
    if fit not in (None, "contain", "cover"):
        raise InvalidParams("'fit' is contain or cover.", parameter="fit")
    chosen: Fit = "cover" if fit == "cover" else "contain"
    wide, high = _side(width, "width"), _side(height, "height")
    if chosen == "cover" and (wide is None or high is None):
        raise InvalidParams("'fit=cover' needs 'width' and 'height'.", parameter="fit")
    return Resize(width=wide or SIDES[-1], height=high or SIDES[-1], fit=chosen)


def _side(text: str | None, name: str) -> int | None:
    if text is None:
        return None
    if text not in (str(side) for side in SIDES):
        raise InvalidParams(f"'{name}' is one of {', '.join(map(str, SIDES))} pixels.", parameter=name)
    return int(text)
