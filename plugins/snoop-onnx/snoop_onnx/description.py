"""The TOML file beside a model: how an image becomes its input, and which output is the vector."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from snoop_flow.errors import UsageError

RESIZES = ("squeeze", "crop", "pad")
INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos", "box", "hamming")
LAYOUTS = ("nchw", "nhwc")
ORDERS = ("rgb", "bgr")
POOLINGS = ("none", "mean", "first")

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Description:
    """What the TOML file says.

    Attributes:
        model: the ONNX file.
        input_size: height and width in pixels.
        resize: `squeeze` the whole image into it, `crop` its centre, or `pad` the rest with the mean colour.
        mean: of each channel in the order of `channel_order`, on a scale of 0 to 1; subtracted first.
        std: of each channel; divided by.
        input: name of the input, or nothing for the first.
        output: name of the output, or nothing for the first.
        pooling: `none` takes the output as the vector, `mean` averages a feature map or tokens, `first` takes the
            first token.
        patches: name of the output with a vector for each part of the image, a feature map or tokens; or nothing.
        patch_grid: rows and columns of tokens; (0, 0) where a map tells, or tokens that make a square.
        batch_size: images that go through the model at once.
        dimension: length of the vector, or 0 to ask the model.
    """

    model: Path
    input_size: tuple[int, int]
    title: str = ""
    licence: str = "unknown"
    resize: str = "squeeze"
    interpolation: str = "bicubic"
    mean: Triple = (0.0, 0.0, 0.0)
    std: Triple = (1.0, 1.0, 1.0)
    layout: str = "nchw"
    channel_order: str = "rgb"
    input: str = ""
    output: str = ""
    pooling: str = "none"
    patches: str = ""
    patch_grid: tuple[int, int] = (0, 0)
    batch_size: int = 16
    dimension: int = 0


def find(location: str) -> Path:
    """The TOML file for a path of one, or of a model beside it.

    Raises:
        UsageError: there is no such file, or it is neither TOML nor ONNX.
    """
    path = Path(location).expanduser().resolve()
    if path.suffix.lower() not in (".onnx", ".toml"):
        raise UsageError(f"{path}: is neither an .onnx file nor its .toml description; give one of them")
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file; give the path of a model, as in --backbone onnx:MODEL.onnx")
    described = path if path.suffix.lower() == ".toml" else path.with_suffix(".toml")
    if not described.is_file():
        raise UsageError(
            f"{path}: the model needs a description beside it, {described.name}, with at least: input_size = 224"
        )
    return described


def read(path: Path) -> Description:
    """Read a description.

    Raises:
        UsageError: it is no TOML, a key is unknown or its value wrong, or there is no model.
    """
    values = _load(path)
    known = [field.name for field in fields(Description)]
    if unknown := sorted(set(values) - set(known)):
        raise UsageError(f"{path}: unknown key {', '.join(unknown)}; known are {', '.join(known)}")
    if "input_size" not in values:
        raise UsageError(f"{path}: input_size is missing; add the pixels that the model takes, as in: input_size = 224")
    model = (path.parent / _text(path, "model", values.pop("model", f"{path.stem}.onnx"))).resolve()
    if not model.is_file():
        raise UsageError(f"{path}: there is no model {model}; correct the key model")
    return Description(model=model, **{key: _READERS[key](path, key, value) for key, value in values.items()})


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not valid TOML ({error}); correct the line") from error


def _wrong(path: Path, key: str, value: Any, wanted: str) -> UsageError:
    return UsageError(f"{path}: {key} = {value!r} must be {wanted}")


def _text(path: Path, key: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or "\n" in value:
        raise _wrong(path, key, value, "one line of text")
    return value.strip()


def _count(path: Path, key: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 65_536:
        raise _wrong(path, key, value, "a whole number, 1 or more")
    return value


def _size(path: Path, key: str, value: Any) -> tuple[int, int]:
    both = value if isinstance(value, list) else [value, value]
    whole = len(both) == 2 and all(isinstance(one, int) and not isinstance(one, bool) for one in both)
    if not whole or not all(1 <= one <= 4096 for one in both):
        raise _wrong(path, key, value, "a number of pixels up to 4096, or [height, width]")
    return both[0], both[1]


def _grid(path: Path, key: str, value: Any) -> tuple[int, int]:
    whole = isinstance(value, list) and all(isinstance(one, int) and not isinstance(one, bool) for one in value)
    if not whole or len(value) != 2 or not all(1 <= one <= 1024 for one in value):
        raise _wrong(path, key, value, "[rows, columns]")
    return value[0], value[1]


def _triple(path: Path, key: str, value: Any) -> Triple:
    three = value if isinstance(value, list) else [value] * 3
    if len(three) != 3 or not all(isinstance(one, int | float) and not isinstance(one, bool) for one in three):
        raise _wrong(path, key, value, "one number, or three in the order of the channels")
    return float(three[0]), float(three[1]), float(three[2])


def _std(path: Path, key: str, value: Any) -> Triple:
    found = _triple(path, key, value)
    if min(found) <= 0:
        raise _wrong(path, key, value, "above 0")
    return found


def _one_of(words: tuple[str, ...]) -> Callable[[Path, str, Any], str]:
    def reader(path: Path, key: str, value: Any) -> str:
        if value not in words:
            raise _wrong(path, key, value, f"one of {', '.join(words)}")
        return str(value)

    return reader


_READERS: Mapping[str, Callable[[Path, str, Any], Any]] = {
    "title": _text,
    "licence": _text,
    "input_size": _size,
    "resize": _one_of(RESIZES),
    "interpolation": _one_of(INTERPOLATIONS),
    "mean": _triple,
    "std": _std,
    "layout": _one_of(LAYOUTS),
    "channel_order": _one_of(ORDERS),
    "input": _text,
    "output": _text,
    "pooling": _one_of(POOLINGS),
    "patches": _text,
    "patch_grid": _grid,
    "batch_size": _count,
    "dimension": _count,
}
