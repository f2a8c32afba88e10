"""The embedded AWS emulator of the demo and the tests: moto's server with a supplement in front of it."""

from sagemaker_templates.emulator.process import Emulator, EmulatorError, running_emulator, start_emulator

__all__ = ["Emulator", "EmulatorError", "running_emulator", "start_emulator"]
