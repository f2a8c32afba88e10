"""What the emulator knows beyond its own botocore is what the newest one here knows: `make models` writes it anew."""

import json

from newer_models import FILE, older_constraints, table


def test_the_table_of_newer_models_is_what_botocore_says() -> None:
    assert json.loads(FILE.read_text(encoding="utf-8"))["services"] == table(older_constraints())
