"""Lifeguard: a desktop console for XenServer and XCP-ng host pools."""

__version__ = "0.1.0"
