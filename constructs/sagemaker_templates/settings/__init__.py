"""Settings: what a user may write under environments/, validated.

``load`` reads a folder; ``model`` is what it gives; ``fields`` are the kinds of text that a template's
parameters may be made of.
"""

from sagemaker_templates.settings.catalogue import TemplateLike
from sagemaker_templates.settings.loading import load
from sagemaker_templates.settings.model import Configuration
from sagemaker_templates.settings.problems import InvalidSettings, Problem

__all__ = ["Configuration", "InvalidSettings", "Problem", "TemplateLike", "load"]
