"""What Terraform says is shortened to the errors, each once, with the lines that explain it."""

from sagemaker_templates.operations.diagnostics import errors_in, is_about_a_missing_provider

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
