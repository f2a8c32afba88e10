"""What the emulator does beside moto: its supplements, as a new emulator has them."""

from sagemaker_templates.emulator.server import new_supplements
from sagemaker_templates.emulator.supplement.connections import Connections
from sagemaker_templates.emulator.supplement.service_quotas import Quotas

SUPPLEMENTS = new_supplements(Connections(), Quotas())
