"""The emulator's own administrative routes, known to the server and to those who ask it."""

NETWORK_ROUTE = "/emulator-api/network"
CONNECTION_ROUTE = "/emulator-api/connection"
HEALTH_ROUTE = "/emulator-api/health"
RESET_ROUTE = "/moto-api/reset"
