"""The rehearsal: what happens in AWS after the applies, on the embedded emulator, by the roles that do it there."""
