"""AWS's images are found by region, or their absence is told in one line."""

import pytest
from mlops.images import container_image
from mlops.settings import SettingsError


def test_an_image_is_the_regions_own() -> None:
    """Each region has a registry of its own."""
    assert ".dkr.ecr.eu-west-1.amazonaws.com/" in container_image("xgboost", region="eu-west-1", version="3.0-5")


@pytest.mark.parametrize(
    ("region", "version", "reason"),
    [("mars-north-1", "3.0-5", "Unsupported region: mars-north-1"), ("eu-west-1", "0.0-0", "Unsupported xgboost")],
)
def test_an_image_that_is_not_there_is_told_in_one_line(region: str, version: str, reason: str) -> None:
    """With what to do, and without the SDK's list of everything else."""
    with pytest.raises(SettingsError, match=f"no xgboost image of version {version} for {region}: {reason}") as error:
        container_image("xgboost", region=region, version=version)

    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 300
