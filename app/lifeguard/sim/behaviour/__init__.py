"""What a pool does when it is asked: its own account of the rules, written from facts and recordings alone."""

from lifeguard.sim.behaviour.calls import HANDLERS

__all__ = ["HANDLERS"]
