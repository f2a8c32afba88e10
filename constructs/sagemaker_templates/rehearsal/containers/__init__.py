"""The serving code of containers that are known here: what answers at an endpoint, in an environment of its own."""
