"""The embedded AWS emulator of the demo and the tests."""
