"""Images: decoded fully, within a limit of pixels."""

import warnings
from pathlib import Path

from django.utils.translation import gettext as _
from PIL import Image

from tongban.kit.errors import invalid

MAX_PIXELS = 64_000_000  # a good phone's photo has 48 to 50 million


def check_jpeg(path: Path) -> None:
    _check(path, "JPEG")


def check_png(path: Path) -> None:
    _check(path, "PNG")


def _check(path: Path, format_name: str) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower
            with Image.open(path, formats=[format_name]) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise _too_big(image.width, image.height)
                image.verify()
            with Image.open(path, formats=[format_name]) as image:
                image.load()
    except Image.DecompressionBombError as error:
        raise _too_big(None, None) from error
    except (
        OSError,
        SyntaxError,
        ValueError,
        KeyError,
        IndexError,
        TypeError,
        EOFError,
        MemoryError,
    ) as error:
        raise invalid(
            "file", "broken", _("这张图片打不开，可能已损坏或没有传完整。请重新拍照或扫描后上传。")
        ) from error


def _too_big(width: int | None, height: int | None) -> Exception:
    size = f"（{width} × {height}）" if width and height else ""
    return invalid(
        "file", "too_complex", _("这张图片的尺寸过大%(size)s。请缩小后重新上传。") % {"size": size}
    )
