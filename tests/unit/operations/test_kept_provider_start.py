"""What a kept provider is given, and what is said of one that does not start; programs of the test's own stand in."""

from pathlib import Path

import pytest
from sagemaker_templates.operations.kept_provider import InstalledProvider, KeptProviderError, installed_in
from sagemaker_templates.operations.terraform import passed_on

ADDRESS = "registry.opentofu.org/hashicorp/aws"
_ANNOUNCES = """#!/bin/sh
pwd > "$SEEN"; env >> "$SEEN"; echo "$1" >> "$SEEN"
echo "Provider started."
printf "\\tTF_REATTACH_PROVIDERS='%s'\\n" '{"registry.terraform.io/hashicorp/aws": {"Pid": 1}}'
exec tail -f /dev/null
"""
_FAILS = """#!/bin/sh
echo "first line" >&2
echo "there is no memory left" >&2
exit 1
"""


def _program(folder: Path, text: str) -> InstalledProvider:
    program = folder / "provider"
    program.write_text(text)
    program.chmod(0o755)
    return InstalledProvider(ADDRESS, program)


def test_it_runs_in_the_stacks_folder_with_the_stacks_variables_and_is_known_by_the_engines_registry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    provider, seen, stack = _program(tmp_path, _ANNOUNCES), tmp_path / "seen", tmp_path / "stack"
    stack.mkdir()
    with provider.kept(stack, {"SEEN": str(seen), "AWS_REGION": "eu-west-1"}) as variables:
        assert variables == {"TF_REATTACH_PROVIDERS": f'{{"{ADDRESS}": {{"Pid": 1}}}}'}
    folder, *environment, argument = seen.read_text().splitlines()
    assert Path(folder) == stack.resolve()
    assert argument == "-debug"
    assert "AWS_REGION=eu-west-1" in environment
    assert not [line for line in environment if line.startswith("AWS_PROFILE=")]


def test_one_that_does_not_start_is_an_error_of_one_line_with_its_last_words(tmp_path: Path) -> None:
    expected = r"^the AWS provider did not start: there is no memory left$"
    with pytest.raises(KeptProviderError, match=expected), _program(tmp_path, _FAILS).kept(tmp_path, {}):
        pytest.fail("it did not start")


def test_one_that_ends_without_a_word_is_an_error_too(tmp_path: Path) -> None:
    silent = _program(tmp_path, "#!/bin/sh\n")
    with pytest.raises(KeptProviderError, match="it said nothing"), silent.kept(tmp_path, {}):
        pytest.fail("it did not start")


def test_it_is_found_where_init_puts_it_with_its_registry(tmp_path: Path) -> None:
    program = tmp_path / "providers" / ADDRESS / "6.1.0" / "linux_amd64" / "terraform-provider-aws_v6.1.0"
    program.parent.mkdir(parents=True)
    (program.parent / "LICENSE.txt").write_text("x")
    program.write_text("x")
    assert installed_in(tmp_path) == InstalledProvider(ADDRESS, program)


def test_where_init_put_none_it_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeptProviderError, match="where init puts it"):
        installed_in(tmp_path)


def test_garbage_is_collected_less_often_unless_a_person_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOGC", raising=False)
    assert passed_on({})["GOGC"] == "400"
    monkeypatch.setenv("GOGC", "50")
    assert passed_on({})["GOGC"] == "50"
