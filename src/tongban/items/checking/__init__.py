"""The guide validator: one registry of rules, each with a stable id, a reason and a way to mend it."""

from tongban.items.checking.base import Found, GuideRule
from tongban.items.checking.register import GUIDE_RULES, guide_rule

__all__ = ["GUIDE_RULES", "Found", "GuideRule", "guide_rule"]
