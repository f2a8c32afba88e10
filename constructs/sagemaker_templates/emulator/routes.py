"""The emulator's own administrative routes, known to the server and to those who ask it."""

NETWORK_ROUTE = "/emulator-api/network"
KEY_ROUTE = "/emulator-api/key"
CONNECTION_ROUTE = "/emulator-api/connection"
QUOTA_ROUTE = "/emulator-api/quota"
HEALTH_ROUTE = "/emulator-api/health"
SESSION_ROUTE = "/emulator-api/session"
RIGHTS_ROUTE = "/emulator-api/rights"
DECISIONS_ROUTE = "/emulator-api/decisions"
RESET_ROUTE = "/moto-api/reset"

TOKEN_HEADER = "X-Emulator-Token"  # noqa: S105 - the header's name
"""What administrative requests carry the emulator's token in."""

ADMINISTRATIVE = ("/emulator-api", "/moto-api")
"""How all routes begin that no AWS client asks for, moto's own among them."""
