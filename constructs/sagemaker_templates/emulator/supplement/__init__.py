"""What the emulator answers itself, one module per service."""
