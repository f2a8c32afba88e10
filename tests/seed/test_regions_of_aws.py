"""What the generator knows of regions is what the newest botocore here knows: `make regions` writes it anew."""

import json

from regions_of_aws import FILE, table


def test_the_table_of_regions_is_what_botocore_says() -> None:
    assert json.loads(FILE.read_text(encoding="utf-8"))["partitions"] == table()
