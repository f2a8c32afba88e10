"""What Terraform says is shortened to the errors, each once, with the lines that explain it."""

import pytest
from sagemaker_templates.operations.diagnostics import (
    errors_in,
    is_about_a_missing_provider,
    last_words,
    missing_providers,
)

OUTPUT = """
╷
│ Warning: Something old
│
│ It is old.
╵
╷
│ Error: Invalid value
│
│   on cdk.tf.json line 3, in resource:
│    3: "x"
│
│ It must be y.
╵
╷
│ Error: Invalid value
│
│   on cdk.tf.json line 3, in resource:
│    3: "x"
│
│ It must be y.
╵
"""


def test_errors_are_found_once_and_warnings_left_out() -> None:
    expected = 'Invalid value\non cdk.tf.json line 3, in resource:\n3: "x"\nIt must be y.'
    assert errors_in(OUTPUT) == (expected,)


def test_what_a_service_answers_is_told_to_its_last_word() -> None:
    answer = (
        f"creating IAM Role (x): operation error IAM: CreateRole, {'RequestID: 1, ' * 40}MalformedPolicy: say why"
    )
    (error,) = errors_in(f"Error: {answer}\n\n  with aws_iam_role.x,\n")
    assert error.splitlines()[0] == answer


def test_an_answer_without_end_is_cut_after_a_whole_sentence() -> None:
    (error,) = errors_in("Error: " + "The first says much. The second says little. " * 200)
    assert len(error) < 4100
    assert error.endswith("little. …") or error.endswith("much. …")


def test_a_long_explanation_is_cut_after_a_whole_sentence() -> None:
    told = "Error: Refused\n\n" + "This sentence goes on\nin the next line.\n" * 50
    (error,) = errors_in(told)
    assert error.endswith("\nin the next line.\n…")
    assert 30 < len(error.splitlines()) < 50


def test_the_last_words_of_a_command_without_an_error_are_its_last_paragraph() -> None:
    assert last_words("before\n\npanic: one\ntwo\nthree\nfour\n") == "panic: one\ntwo\nthree\nfour"


def test_a_line_that_quotes_a_whole_stack_is_cut() -> None:
    (error,) = errors_in(f"Error: Wrong\n\n  1: {'x' * 5000}\n")
    assert len(error) < 400


def test_the_remedy_at_the_end_of_an_error_is_kept() -> None:
    told = """
Error: Instance cannot be destroyed

  on cdk.tf.json line 1481, in resource.aws_s3_bucket:
1481:       "artifact_bucket": {

Resource aws_s3_bucket.artifact_bucket has lifecycle.prevent_destroy set, but
the plan calls for this resource to be destroyed. To avoid this error and
continue with the plan, either disable lifecycle.prevent_destroy or reduce
the scope of the plan using the -target option.
"""
    (error,) = errors_in(told)
    assert error.endswith("\nthe scope of the plan using the -target option.")


def test_an_endless_error_is_cut_and_says_so() -> None:
    (error,) = errors_in("Error: Refused\n\n" + "more\n" * 500)
    assert len(error.splitlines()) < 50
    assert error.endswith("\n…")


def test_an_output_without_errors_has_none() -> None:
    assert errors_in("Apply complete!") == ()


def test_a_provider_that_cannot_be_had_is_recognized() -> None:
    failed = "Error: Failed to query available provider packages\n\nCould not retrieve the list"
    assert is_about_a_missing_provider(failed)
    assert not is_about_a_missing_provider(OUTPUT)


@pytest.mark.parametrize(
    "told",
    [
        """
│ Error: Failed to query available provider packages
│
│ Could not retrieve the list of available versions for provider
│ integrations/github: could not connect to registry.terraform.io: failed to
│ request discovery document: no such host
""",
        """
Error: Failed to install provider

Error while installing integrations/github v6.9.0: the local package
for registry.terraform.io/integrations/github 6.9.0 doesn't match
""",
        """
Error: Failed to resolve provider packages

Could not resolve provider registry.opentofu.org/integrations/github: no such host
""",
    ],
)
def test_the_provider_that_cannot_be_had_is_named_as_terraform_names_it(told: str) -> None:
    assert is_about_a_missing_provider(told)
    assert missing_providers(told) == ("integrations/github",)


def test_each_of_several_missing_providers_is_named() -> None:
    told = "".join(
        f"Could not retrieve the list of available versions for provider {name}: no\n" for name in ("o/b", "o/a")
    )
    assert missing_providers(told) == ("o/a", "o/b")
