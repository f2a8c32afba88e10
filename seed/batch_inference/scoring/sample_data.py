"""Sample rows, so that the first run works before real data is there: ``python -m scoring.sample_data``.

They are put where the pipeline looks, and only if nothing is there. They are invented.
"""

import sys
from pathlib import Path

import boto3
from botocore.exceptions import ClientError
from mlops.settings import Settings, SettingsError

DATA_KEY = "data/abalone.csv"
SAMPLE = Path(__file__).with_name("sample.csv")


def main() -> int:
    """The command; returns its exit code."""
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    location = settings.uri(DATA_KEY)
    if _put_unless_there(settings):
        print(f"sample rows are now at {location}; put your own there when you have them")
    else:
        print(f"{location} holds data already; it stays as it is")
    return 0


def _put_unless_there(settings: Settings) -> bool:
    encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": settings.kms_key} if settings.kms_key else {}
    try:
        # One conditional request instead of a look and a write: nobody's upload in between is overwritten.
        boto3.client("s3", region_name=settings.region).put_object(
            Bucket=settings.bucket,
            Key=DATA_KEY,
            Body=SAMPLE.read_bytes(),
            ContentType="text/csv",
            Metadata={"origin": "sample"},
            IfNoneMatch="*",
            **encryption,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "PreconditionFailed":
            raise
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
