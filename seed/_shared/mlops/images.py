"""AWS's container images, as the SDK knows them."""

from typing import Any

from sagemaker.core import image_uris

from mlops.settings import SettingsError


def container_image(framework: str, *, region: str, version: str, **more: Any) -> str:
    """The address of an image in a region.

    Args:
        framework: by the SDK's name, e.g. xgboost.
        more: what else ``image_uris.retrieve`` takes.

    Raises:
        SettingsError: the image is not in the region, as far as this version of the SDK knows.
    """
    try:
        return str(image_uris.retrieve(framework, region=region, version=version, **more))
    except (ValueError, KeyError) as error:
        # The SDK's message goes on with a list of all regions.
        reason = str(error).partition(". ")[0]
        raise SettingsError(
            f"no {framework} image of version {version} for {region}: {reason}. Another version may be there, "
            "or a newer SDK may know it (requirements.in)"
        ) from error
