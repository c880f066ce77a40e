"""Whom we believe: `pins` keeps the certificates a user accepted, `passwords` speaks to the keyring of the desktop."""
