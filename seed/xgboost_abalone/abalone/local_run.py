"""What ``python -m mlops.local`` has to know about this repository."""

from mlops.local.repository import Data, Example, LocalRun, Results

from abalone.generate_data import DATA_KEY, generate

_ROWS = 3


def sample() -> str:
    """Generated rows, as the build puts them where there is no data."""
    return "".join(f"{line}\n" for line in generate())


def example(results: Results) -> Example | None:
    """The first rows of the test, without the rings: what a caller sends."""
    rows = results.text("Preprocess", "test", "rows.csv")
    if rows is None:
        return None
    text = "".join(f"{row.rpartition(',')[0]}\n" for row in rows.splitlines()[:_ROWS])
    return Example("request.csv", text, "text/csv", here=True)


LOCAL_RUN = LocalRun(
    pipeline="abalone.pipeline",
    settings={"ENABLE_NETWORK_ISOLATION": "true"},
    data=Data(DATA_KEY, sample),
    example=example,
)
