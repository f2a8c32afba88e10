"""Who may do what: decided from the policies that stand in the emulated accounts, as AWS documents it."""
