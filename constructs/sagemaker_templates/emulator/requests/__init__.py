"""What a request asks for, read with the service's own model and held against it."""
