from collections.abc import Callable
from pathlib import Path

import pytest

from snoop_flow.errors import PluginError, SnoopError, UsageError
from snoop_onnx.family import resolve

Describe = Callable[..., Path]
WriteModel = Callable[..., Path]


def test_a_model_and_its_description_name_each_other(describe: Describe, write_model: WriteModel) -> None:
    model, described = write_model(), describe(input_size="8", title='"Mean colour"', licence='"CC0-1.0"')
    by_model, by_description = resolve(str(model)), resolve(str(described))
    assert by_model.name == by_description.name == f"onnx:{described}"
    assert by_model.fingerprint() == by_description.fingerprint()
    assert (by_model.title, by_model.licence) == ("Mean colour", "CC0-1.0")
    assert (by_model.dimension, by_model.input_size, by_model.reads_text) == (3, 8, False)


def test_a_relative_model_path_starts_at_the_description(
    describe: Describe, write_model: WriteModel, tmp_path: Path
) -> None:
    (tmp_path / "models").mkdir()
    write_model().rename(tmp_path / "models" / "mean.onnx")
    assert resolve(str(describe(input_size="8", model='"models/mean.onnx"'))).dimension == 3


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"input_size": "8", "sise": "3"}, "unknown key sise; known are model, input_size"),
        ({}, "input_size is missing"),
        ({"input_size": "0"}, "input_size = 0 must be a number of pixels"),
        ({"input_size": "[8]"}, r"input_size = \[8\] must be"),
        ({"input_size": "true"}, "input_size = True must be"),
        ({"input_size": "8", "model": '"other.onnx"'}, "there is no model .*other.onnx; correct the key model"),
        ({"input_size": "8", "resize": '"stretch"'}, "resize = 'stretch' must be one of squeeze, crop, pad"),
        ({"input_size": "8", "mean": "[1, 2]"}, r"mean = \[1, 2\] must be one number, or three"),
        ({"input_size": "8", "std": "0"}, "std = 0 must be above 0"),
        ({"input_size": "8", "batch_size": "0"}, "batch_size = 0 must be a whole number"),
        ({"input_size": "8", "title": "3"}, "title = 3 must be one line of text"),
        (
            {"input_size": "8", "output": '"embedding"'},
            "no output 'embedding'; there are vector; correct",
        ),
        ({"input_size": "8", "input": '"pixels"'}, "no input 'pixels'; there are image"),
        ({"input_size": "16"}, r"takes images of shape \['N', 3, 8, 8\], the description gives \['N', 3, 16, 16\]"),
        ({"input_size": "8", "layout": '"nhwc"'}, "correct input_size or layout"),
        ({"input_size": "8", "pooling": '"first"'}, "pooling 'first' makes no vector"),
    ],
)
def test_a_wrong_description_is_told_in_one_line(
    describe: Describe, write_model: WriteModel, values: dict[str, str], says: str
) -> None:
    write_model()
    with pytest.raises(UsageError, match=says) as caught:
        resolve(str(describe(**values)))
    assert "\n" not in str(caught.value)


def test_a_wrong_dimension_is_told_when_the_model_is_opened(describe: Describe, write_model: WriteModel) -> None:
    write_model()
    spec = resolve(str(describe(input_size="8", dimension="5")))
    assert spec.dimension == 5
    with pytest.raises(UsageError, match="gives vectors of 3 numbers, the description says 5"):
        spec.open("cpu")


def test_no_toml(describe: Describe, write_model: WriteModel) -> None:
    write_model()
    path = describe()
    path.write_bytes(b"input_size = = 8")
    with pytest.raises(UsageError, match="not valid TOML"):
        resolve(str(path))


def test_files_that_are_not_there(write_model: WriteModel, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such file"):
        resolve(str(tmp_path / "nothing.onnx"))
    with pytest.raises(UsageError, match=r"neither an \.onnx file nor its \.toml"):
        resolve(str(tmp_path))
    with pytest.raises(UsageError, match=r"needs a description beside it, encoder\.toml"):
        resolve(str(write_model()))


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x08\x08"])
def test_a_damaged_model_is_told_in_one_line(describe: Describe, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "encoder.onnx").write_bytes(content)
    with pytest.raises(SnoopError, match=r"encoder\.onnx") as caught:
        resolve(str(describe(input_size="8")))
    assert "\n" not in str(caught.value)


def test_a_model_with_more_inputs_than_the_image(describe: Describe, write_model: WriteModel) -> None:
    write_model("Add", {"image": ("N", 3, 8, 8), "words": ("N", 3, 8, 8)}, ("N", 3, 8, 8))
    with pytest.raises(UsageError, match="also needs words; export the image encoder alone"):
        resolve(str(describe(input_size="8")))


def test_devices(describe: Describe, write_model: WriteModel) -> None:
    write_model()
    spec = resolve(str(describe(input_size="8")))
    with pytest.raises(PluginError, match="unknown device 'abacus'; use cpu, cuda or cuda:NUMBER"):
        spec.open("abacus")
    import onnxruntime

    if "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
        with pytest.raises(PluginError, match="has no CUDA; install onnxruntime-gpu"):
            spec.open("cuda:0")
