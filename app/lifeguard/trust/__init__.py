"""Whom we believe: pinned certificates, and passwords in the keyring of the desktop."""
