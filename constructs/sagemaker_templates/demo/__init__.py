"""The demo: the whole product on the embedded AWS emulator, with no AWS account."""

from sagemaker_templates.demo.run import DemoFailed, run_demo

__all__ = ["DemoFailed", "run_demo"]
