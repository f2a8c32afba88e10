"""What a person wants after an execution: files in one folder, figures, decisions, and how to try the model."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mlops.local.definition import Json
from mlops.local.execution import Execution
from mlops.local.repository import Example, Results
from mlops.local.store import Store

MODEL = "model.tar.gz"
PACKAGE = "registered.json"
_METRICS = "_metrics"


@dataclass(frozen=True)
class Product:
    """A file for people, with what it is."""

    name: str
    what: str


def collect(results: Results, example: Example | None, output: Path) -> list[Product]:
    """Put everything that people look for into the output's folder itself."""
    return [*_copied(results.store, results.execution, output), *_written(results.execution, example, output)]


def _copied(store: Store, execution: Execution, output: Path) -> Iterator[Product]:
    for step, left in execution.left.items():
        for location in left.properties.get("PropertyFiles", {}).values():
            if store.exists(location):
                yield from _copy(store, location, output, f"from {step}")
        artifacts = left.properties.get("ModelArtifacts", {}).get("S3ModelArtifacts")
        if artifacts:
            yield from _copy(store, artifacts, output, f"the model that {step} has made")
        transformed = left.properties.get("TransformOutput", {}).get("S3OutputPath")
        if transformed:
            yield from _copy(store, transformed, output, f"predictions of {step}")


def _copy(store: Store, location: str, output: Path, what: str) -> Iterator[Product]:
    with tempfile.TemporaryDirectory() as folder:
        store.fetch(location, Path(folder))
        for file in sorted(path for path in Path(folder).iterdir() if path.is_file()):
            shutil.copy(file, output)
            yield Product(file.name, what)


def _written(execution: Execution, example: Example | None, output: Path) -> Iterator[Product]:
    for package in execution.registered:
        (output / PACKAGE).write_text(json.dumps(package, indent=2), encoding="utf-8")
        yield Product(PACKAGE, "what the model registry would have got")
    if example is not None:
        (output / example.name).write_text(example.text, encoding="utf-8")
        yield Product(example.name, "a request for the model")


def lines(results: Results, products: list[Product], output: Path) -> Iterator[str]:
    """Decisions, figures and files, for people."""
    execution = results.execution
    for step, left in execution.left.items():
        if left.message:
            yield f"{step} says: {left.message}"
        if left.comparison:
            yield f"{step}: {left.comparison}"
    for product in products:
        if product.name.endswith(".json"):
            yield from _figures(json.loads((output / product.name).read_text(encoding="utf-8")))
    if products:
        yield f"In {output}/:"
        width = max(len(product.name) for product in products)
        yield from (f"  {product.name:{width}}  {product.what}" for product in products)


def _figures(report: Mapping[str, Json]) -> Iterator[str]:
    """The values of a report in the layout that SageMaker's registry shows: groups of figures."""
    for group, figures in report.items():
        if group.endswith(_METRICS) and isinstance(figures, dict):
            values = {name: each.get("value") for name, each in figures.items() if isinstance(each, dict)}
            told = ", ".join(
                f"{name} {value:.6g}" for name, value in values.items() if isinstance(value, (int, float))
            )
            yield f"{group}: {told}"


def how_to_try(example: Example | None, products: list[Product], output: Path, model: Path | None) -> Iterator[str]:
    """Commands that send the example to the model."""
    if example is None:
        return
    request = output / example.name
    own = output / MODEL if MODEL in {product.name for product in products} else None
    archive = model or own
    if example.here and archive:
        option = "" if archive == Path("local", MODEL) else f" --model {archive}"
        yield "Try the model here:"
        yield f"  python -m mlops.local.ask {request}{option}"
    yield "Try it when it is deployed:"
    yield (
        f"  aws sagemaker-runtime invoke-endpoint --endpoint-name ENDPOINT --content-type {example.content_type} "
        f"--body fileb://{request} /dev/stdout"
    )
