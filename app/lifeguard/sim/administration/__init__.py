"""Calls that configure or describe without moving anything: certificates, updates, remote access, pass-through."""
