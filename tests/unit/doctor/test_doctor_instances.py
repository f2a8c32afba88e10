"""What a template says of its instance types is what its repository begins with."""

import pytest
from sagemaker_templates.templates.registry import Template, all_templates

TEMPLATES = all_templates().values()


def _text(template: Template) -> str:
    files = [*template.seed.rglob("pipeline.py"), *template.seed.glob("environments/default.yml")]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: str(template.name))
def test_the_repository_begins_with_these_instance_types(template: Template) -> None:
    text = _text(template)
    assert template.instances
    assert [one for one, _purpose in template.instances if one not in text] == []
