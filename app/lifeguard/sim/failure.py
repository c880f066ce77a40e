"""How a simulated call fails: with one XenAPI error code and its parameters, exactly as they go over the wire."""

from __future__ import annotations

DEFECTS = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, AssertionError, RecursionError)
"""What a mistake in a behaviour raises: the real server answers such with INTERNAL_ERROR and lives on."""


class ApiError(Exception):
    """The failure a client sees. `code` is spelled as on the wire, `params` are texts."""

    def __init__(self, code: str, *params: str) -> None:
        super().__init__(code, *params)
        self.code = code
        self.params = params

    @property
    def description(self) -> tuple[str, ...]:
        """Code and parameters in one list, as `ErrorDescription` and `task.error_info` hold them."""
        return (self.code, *self.params)


class TaskCancelled(ApiError):
    """The operation noticed that its task was cancelled."""

    def __init__(self, task_ref: str) -> None:
        super().__init__("TASK_CANCELLED", task_ref)


class EarlyError(ApiError):
    """A failure before the call was looked at: JSON-RPC answers it in its old shape, whatever version was asked for."""
