"""Passwords, kept by the keyring of the desktop and by nothing else."""

from __future__ import annotations

import asyncio
from typing import Protocol

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError, KeyringLocked, NoKeyringError, PasswordDeleteError

_SERVICE = "lifeguard"


class Unavailable(Exception):
    """The keyring cannot be used; the message is a sentence that says why."""


class Passwords(Protocol):
    """Where passwords are kept. Each call may take long (the desktop may ask the user) and raises Unavailable."""

    async def get(self, user: str, address: str) -> str | None: ...
    async def keep(self, user: str, address: str, password: str) -> None: ...
    async def forget(self, user: str, address: str) -> None: ...


class KeyringPasswords:
    """The keyring that the desktop offers, asked in a thread because it may block."""

    def __init__(self, backend: KeyringBackend | None = None) -> None:
        self._given = backend

    async def get(self, user: str, address: str) -> str | None:
        return await asyncio.to_thread(self._get, user, address)

    async def keep(self, user: str, address: str, password: str) -> None:
        await asyncio.to_thread(self._keep, user, address, password)

    async def forget(self, user: str, address: str) -> None:
        await asyncio.to_thread(self._forget, user, address)

    def _get(self, user: str, address: str) -> str | None:
        try:
            return self._backend().get_password(_SERVICE, f"{user}@{address}")
        except (KeyringError, RuntimeError, OSError) as failure:
            raise Unavailable(_why(failure)) from None

    def _keep(self, user: str, address: str, password: str) -> None:
        try:
            self._backend().set_password(_SERVICE, f"{user}@{address}", password)
        except (KeyringError, RuntimeError, OSError) as failure:
            raise Unavailable(_why(failure)) from None

    def _forget(self, user: str, address: str) -> None:
        try:
            self._backend().delete_password(_SERVICE, f"{user}@{address}")
        except PasswordDeleteError:
            return
        except (KeyringError, RuntimeError, OSError) as failure:
            raise Unavailable(_why(failure)) from None

    def _backend(self) -> KeyringBackend:
        return self._given or keyring.get_keyring()


def _why(failure: Exception) -> str:
    match failure:
        case NoKeyringError():
            return "This desktop has no keyring, so passwords are not kept and will be asked for each time."
        case KeyringLocked():
            return "The keyring is locked, so the password could not be read or kept."
        case _:
            return f"The keyring could not be used ({type(failure).__name__}), so the password is not kept."
