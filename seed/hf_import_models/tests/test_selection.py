"""Of a commit comes what serves the model, once, whole, and nothing that runs by itself."""

import json
from collections.abc import Mapping

import pytest
from failure import ImportFailedError
from hub import HubFile
from selection import Selection, select


def selected(paths: list[str], indexes: Mapping[str, list[str]] | None = None) -> Selection:
    """What is taken of a commit with such files; ``indexes`` says what those name."""
    named = indexes or {}

    def read(file: HubFile) -> bytes:
        weight_map = {f"layer.{number}": part for number, part in enumerate(named[file.path])}
        return json.dumps({"weight_map": weight_map}).encode()

    return select([HubFile(path, 1, "0" * 40) for path in [*paths, *named]], read)


def taken(paths: list[str], indexes: Mapping[str, list[str]] | None = None) -> list[str]:
    """The paths that are taken."""
    return [file.path for file in selected(paths, indexes).files]


CODE = [
    "code/inference.py",
    "code/requirements.txt",
    "code/data.json",
    "inference.py",
    "modeling_tiny.py",
    "deep/er/handler.PY",
    "MAR-INF/MANIFEST.json",
    "requirements.txt",
    "lib/fast.so",
    "lib/fast.so.1",
    "setup.sh",
    "demo.ipynb",
]


def test_code_of_the_publisher_is_left_out() -> None:
    """The transformers container installs and runs it, whatever trust_remote_code says."""
    found = selected([*CODE, "config.json", "model.safetensors"])

    assert [file.path for file in found.files] == ["config.json", "model.safetensors"]
    assert found.left_out == dict.fromkeys(CODE, "code")
    assert found.code


def test_a_model_without_code_is_told_from_one_with_it() -> None:
    """Who approves a package sees it."""
    assert not selected(["model.safetensors", "tokenizer.json", ".gitattributes"]).code


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (["model.safetensors", "pytorch_model.bin"], ["model.safetensors"]),
        (["pytorch_model.bin", "config.json"], ["config.json", "pytorch_model.bin"]),
        (["model.fp16.safetensors", "pytorch_model.fp16.bin"], ["model.fp16.safetensors"]),
        (
            ["unet/diffusion_pytorch_model.safetensors", "unet/diffusion_pytorch_model.bin", "vae/pytorch_model.bin"],
            ["unet/diffusion_pytorch_model.safetensors", "vae/pytorch_model.bin"],
        ),
        (["adapter_model.safetensors", "pytorch_model.bin"], ["adapter_model.safetensors", "pytorch_model.bin"]),
        (["model.safetensors", "vocoder.pt"], ["model.safetensors", "vocoder.pt"]),
        (["2_Dense/pytorch_model.bin", "model.safetensors"], ["2_Dense/pytorch_model.bin", "model.safetensors"]),
    ],
)
def test_a_pickle_is_left_out_where_the_same_weights_are_there_as_safetensors_and_nowhere_else(
    there: list[str], expected: list[str]
) -> None:
    """Decided for each folder and each name of weights, so that none are lost."""
    assert taken(there) == expected


@pytest.mark.parametrize(
    "other",
    [
        ["tf_model.h5"],
        ["tf_model-00001-of-00002.h5", "tf_model-00002-of-00002.h5", "tf_model.h5.index.json"],
        ["flax_model.msgpack"],
        ["onnx/model.onnx", "onnx/model.onnx_data", "onnx/config.json"],
        ["unet/model.onnx"],
        ["openvino_model.xml", "openvino_model.bin"],
        ["model-q4.gguf"],
        ["saved_model/saved_model.pb", "saved_model/variables/variables.index"],
        ["rust_model.ot"],
        ["coreml/text/model.mlpackage/Data/weights.bin"],
        ["original/consolidated.00.pth", "original/params.json"],
        ["consolidated.safetensors"],
    ],
)
def test_weights_of_other_frameworks_are_left_out(other: list[str]) -> None:
    """What serves a model loads PyTorch's."""
    found = selected([*other, "config.json", "model.safetensors"])

    assert [file.path for file in found.files] == ["config.json", "model.safetensors"]
    assert all(found.left_out[path].startswith("of another framework: ") for path in other)
    assert found.weights == "safetensors"


def test_of_several_frameworks_without_pytorch_one_is_taken() -> None:
    """And is named."""
    found = selected(["config.json", "flax_model.msgpack", "model.gguf", "tf_model.h5"])

    assert [file.path for file in found.files] == ["config.json", "model.gguf"]
    assert found.weights == "gguf"


def test_what_a_training_left_for_itself_is_left_out() -> None:
    """Pickles, most of it."""
    assert taken(["model.safetensors", "training_args.bin", "optimizer.pt", "rng_state_0.pth"]) == [
        "model.safetensors"
    ]


@pytest.mark.parametrize(
    ("paths", "kind"),
    [
        (["a.safetensors"], "safetensors"),
        (["a.bin"], "pickle"),
        (["a.safetensors", "b/c.bin"], "pickle"),
        (["config.json"], "unknown"),
    ],
)
def test_the_kind_of_weights_is_told(paths: list[str], kind: str) -> None:
    """Who approves a package sees whether loading any part of it runs code."""
    assert selected(paths).weights == kind


SHARDS = [f"model-{number:05}-of-00003.safetensors" for number in (1, 2, 3)]
PICKLES = [f"pytorch_model-{number:05}-of-00002.bin" for number in (1, 2)]
SAFE_INDEX = {"model.safetensors.index.json": SHARDS}
PICKLE_INDEX = {"pytorch_model.bin.index.json": PICKLES}


def test_shards_are_taken_with_their_index_and_their_pickles_are_not() -> None:
    """Whole as they are."""
    assert taken([*SHARDS, *PICKLES], SAFE_INDEX | PICKLE_INDEX) == sorted([*SHARDS, *SAFE_INDEX])


@pytest.mark.parametrize("indexes", [SAFE_INDEX | PICKLE_INDEX, PICKLE_INDEX])
def test_where_a_shard_of_the_safetensors_is_missing_the_pickles_are_taken(indexes: dict[str, list[str]]) -> None:
    """Their index says so, or the number in their names."""
    found = selected([*SHARDS[:2], *PICKLES], indexes)

    assert [file.path for file in found.files] == sorted([*PICKLES, *PICKLE_INDEX])
    assert found.left_out[SHARDS[0]] == "parts of it are missing"
    assert found.weights == "pickle"


@pytest.mark.parametrize("there", [SHARDS[:2], []])
def test_weights_that_are_whole_in_no_format_are_refused(there: list[str]) -> None:
    """Rather than served without a part."""
    with pytest.raises(ImportFailedError, match=r"lacks a part of the weights: model-0000[13]-of-00003\.safetensors"):
        selected(there, SAFE_INDEX)


def test_a_part_that_only_the_index_names_is_missed_too() -> None:
    """Whatever it is called."""
    with pytest.raises(ImportFailedError, match=r"lacks a part of the weights: text/experts\.safetensors$"):
        selected(
            ["text/model-00001-of-00001.safetensors"],
            {
                "text/model.safetensors.index.json": ["model-00001-of-00001.safetensors", "experts.safetensors"],
            },
        )


def test_the_index_of_a_variant_belongs_to_the_variant() -> None:
    """Its name has the variant at another place."""
    parts = ["model-00001-of-00002.fp16.safetensors", "model-00002-of-00002.fp16.safetensors"]
    index = {"model.safetensors.index.fp16.json": parts}

    assert taken(["model.safetensors", *parts], index) == sorted(["model.safetensors", *parts, *index])
    with pytest.raises(ImportFailedError, match="lacks a part"):
        selected(["model.safetensors", parts[0]], index)


def test_an_index_that_was_forgotten_beside_the_whole_file_does_no_harm() -> None:
    """Libraries look for the whole file first."""
    assert "model.safetensors" in taken(["model.safetensors"], SAFE_INDEX)


def test_an_index_that_is_none_is_refused() -> None:
    """In one line."""
    with pytest.raises(ImportFailedError, match=r"model\.safetensors\.index\.json is no index of weights"):
        select([HubFile("model.safetensors.index.json", 1, "0" * 40)], lambda file: b"[]")


@pytest.mark.parametrize("path", ["../config.json", "/etc/passwd", "a//b", "a/./b", "a\nb", "x" * 256])
def test_a_path_that_no_model_may_hold_is_refused(path: str) -> None:
    """What the hub lists is text from strangers."""
    with pytest.raises(ImportFailedError, match="no model may hold"):
        selected([path])


@pytest.mark.parametrize("path", [".gitattributes", "handler.py"])
def test_a_commit_without_files_is_refused(path: str) -> None:
    """An empty folder is not a model."""
    with pytest.raises(ImportFailedError, match="no file to import"):
        selected([path])
