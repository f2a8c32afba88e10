"""What a folder of environments describes, said from the settings alone: no Node, no synthesis, no AWS."""
