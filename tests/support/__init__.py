"""What tests of several rooms lean on: shared samples, waiting for a condition, finding what was left behind."""

from tests.support.samples import shared_glob, shared_path
from tests.support.waiting import until

__all__ = ["shared_glob", "shared_path", "until"]
