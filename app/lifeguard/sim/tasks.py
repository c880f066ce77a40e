"""Tasks: the rows that show a call's progress, how they end, and how they are cancelled."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lifeguard.clock import Clock
from lifeguard.datamodel.schema import EPOCH, NULL_REF
from lifeguard.sim import dates
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError, TaskCancelled

KEPT_FINISHED_S = 65 * 60.0
KEPT_PENDING_S = 24 * 3600.0
MOST_KEPT = 200
_OTHERS_TASKS = "task.destroy/any"


class Tasks:
    """The table `task` of one pool."""

    def __init__(self, db: Database, clock: Clock, assert_may: Callable[[str, str], None]) -> None:
        self._db = db
        self._clock = clock
        self._assert_may = assert_may
        self._owners: dict[str, str] = {}  # task -> auth_user_sid of who made it
        self._ended_s: dict[str, float] = {}
        self._begun_s: dict[str, float] = {}

    def calls(self) -> Mapping[str, Handler]:
        return {
            "task.create": self._create,
            "task.destroy": self._destroy,
            "task.cancel": self._cancel,
            "task.set_status": self._setter("status"),
            "task.set_progress": self._setter("progress"),
            "task.set_result": self._setter("result"),
            "task.set_error_info": self._setter("error_info"),
        }

    def begin(self, label: str, session_ref: str, host_ref: str, description: str = "", allowed: str = "cancel") -> str:
        """A new pending task."""
        now_s = self._clock.time_s()
        ref = self._db.insert(
            "task",
            {
                "name_label": label,
                "name_description": description,
                "allowed_operations": (allowed,) if allowed else (),
                "created": dates.stamp(now_s),
                "finished": EPOCH,
                "status": "pending",
                "resident_on": host_ref,
                "type": "<none/>",
            },
        )
        self._owners[ref] = self._owner_of_session(session_ref)
        self._begun_s[ref] = now_s
        return ref

    def succeed(self, ref: str, result: str) -> None:
        """In the order the real server writes: the status comes last."""
        if self._end(ref):
            self._db.set("task", ref, "progress", 1.0)
            self._db.set("task", ref, "result", result)
            self._db.set("task", ref, "status", "success")
            self._leave_if_unwanted(ref)

    def fail(self, ref: str, error: ApiError) -> None:
        if is_over(self._db, ref):
            return
        self._db.set("task", ref, "progress", 1.0)
        self._db.set("task", ref, "error_info", error.description)
        self._db.set("task", ref, "backtrace", "()")
        self._end(ref)
        self._db.set("task", ref, "status", "cancelled" if isinstance(error, TaskCancelled) else "failure")
        self._leave_if_unwanted(ref)

    def forget(self, ref: str) -> None:
        """Remove the row of a task that nobody will ask about."""
        self._owners.pop(ref, None)
        self._ended_s.pop(ref, None)
        self._begun_s.pop(ref, None)
        if self._db.has("task", ref):
            self._db.destroy("task", ref)

    def sweep(self) -> None:
        """Collect what is old: finished ones after a while, pending ones after long, and the oldest of too many."""
        now_s = self._clock.time_s()
        for ref in list(self._db.rows("task")):
            limit_s = KEPT_FINISHED_S if ref in self._ended_s else KEPT_PENDING_S
            if now_s - self._ended_s.get(ref, self._begun_s.get(ref, now_s)) > limit_s:
                self.forget(ref)
        finished = [ref for ref in self._db.rows("task") if ref in self._ended_s]
        for ref in sorted(finished, key=self._ended_s.__getitem__)[: max(0, len(finished) - MOST_KEPT)]:
            self.forget(ref)

    def _end(self, ref: str) -> bool:
        if is_over(self._db, ref):
            return False
        now_s = self._clock.time_s()
        self._ended_s[ref] = now_s
        self._db.set("task", ref, "allowed_operations", ())
        self._db.set("task", ref, "finished", dates.stamp(now_s))
        return True

    def _leave_if_unwanted(self, ref: str) -> None:
        if "destroy" in self._db.get("task", ref, "current_operations").values():
            self.forget(ref)

    def _owner_of_session(self, session_ref: str) -> str:
        if not self._db.has("session", session_ref):
            return ""
        return str(self._db.get("session", session_ref, "auth_user_sid"))

    def _assert_mine(self, context: Context, ref: str) -> None:
        self._db.row("task", ref)
        if self._owners.get(ref, "") != self._owner_of_session(context.session_ref):
            self._assert_may(context.session_ref, _OTHERS_TASKS)

    async def _create(self, context: Context, label: str, description: str) -> str:
        return self.begin(label, context.session_ref, context.host_ref, description, allowed="")

    async def _destroy(self, context: Context, ref: str) -> None:
        self._assert_mine(context, ref)
        row = self._db.row("task", ref)
        if row["status"] != "pending":
            self.forget(ref)
        elif "task" in row["current_operations"]:
            raise ApiError("MAP_DUPLICATE_KEY", "task", "current_operations", ref, "task")
        else:
            self._db.put("task", ref, "current_operations", "task", "destroy")

    async def _cancel(self, context: Context, ref: str) -> None:
        self._assert_mine(context, ref)
        if "cancel" not in self._db.get("task", ref, "current_operations").values():
            key = f"DummyRef:|{self._db.new_uuid()}|task.cancel"
            self._db.put("task", ref, "current_operations", key, "cancel")

    def _setter(self, field: str) -> Handler:
        async def write(context: Context, ref: str, value: object) -> None:
            self._assert_mine(context, ref)
            if field == "status" and value != "pending":
                self._ended_s[ref] = self._clock.time_s()
            self._db.set("task", ref, field, value)

        return write


def is_over(db: Database, ref: str) -> bool:
    """Whether a task ended, or is not there any more."""
    return ref == NULL_REF or not db.has("task", ref) or db.get("task", ref, "status") != "pending"
