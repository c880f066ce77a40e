"""What others are doing to the pool: tasks that the server shows and that are not ours."""

from __future__ import annotations

from dataclasses import dataclass

from lifeguard.commands.command import OURS
from lifeguard.commands.source import Source
from lifeguard.datamodel.records import Task
from lifeguard.rules.words import Words

_PREFIXES = ("Async.VM.", "Async.host.", "Async.SR.", "Async.VDI.", "Async.pool.", "SR.", "VM.", "Export", "Import")
_TITLES = {
    "VM.start": "Start",
    "VM.start_on": "Start",
    "VM.resume": "Resume",
    "VM.resume_on": "Resume",
    "VM.clean_shutdown": "Shut down",
    "VM.hard_shutdown": "Force shut down",
    "VM.clean_reboot": "Reboot",
    "VM.hard_reboot": "Force reboot",
    "VM.suspend": "Suspend",
    "VM.pool_migrate": "Migrate",
    "VM.migrate_send": "Migrate with storage",
    "VM.snapshot": "Take snapshot",
    "VM.checkpoint": "Take snapshot with memory",
    "VM.revert": "Go back to snapshot",
    "VM.clone": "Clone",
    "VM.copy": "Copy",
    "VM.destroy": "Delete",
    "host.evacuate": "Empty host",
    "host.reboot": "Reboot",
    "host.shutdown": "Shut down",
    "SR.scan": "Rescan",
    "VDI.copy": "Copy disk",
    "VDI.pool_migrate": "Move disk",
}


@dataclass(frozen=True, slots=True)
class ForeignTask:
    """A row for somebody else's task. `error` is a sentence, once it has failed."""

    source: Source
    ref: str
    title: str
    status: str
    progress_fraction: float
    can_cancel: bool
    subjects: tuple[str, ...] = ()
    error: str = ""


def foreign_tasks(source: Source) -> tuple[ForeignTask, ...]:
    """Other people's tasks that a person would recognise, oldest first; parts of larger tasks are left out."""
    inventory, words = source.inventory, Words(source.inventory)
    tasks = [task for task in inventory.all(Task) if is_foreign(source, task)]
    return tuple(_row(source, words, task) for task in sorted(tasks, key=lambda task: task.created))


def is_foreign(source: Source, task: Task) -> bool:
    if OURS in task.other_config or source.inventory.get(Task, task.subtask_of) is not None:
        return False
    return task.name_label.startswith(_PREFIXES) or "XenCenterMeddlingActionTitle" in task.other_config


async def cancel_foreign(row: ForeignTask) -> None:
    """Ask the server to cancel it; the role decides whether it will. Raises any Failure."""
    await row.source.call("task.cancel", row.ref)


def _row(source: Source, words: Words, task: Task) -> ForeignTask:
    subjects = tuple(
        ref for ref in task.other_config.get("applies_to", "").split(",") if source.inventory.class_of(ref) is not None
    )
    method = task.name_label.removeprefix("Async.")
    title = task.other_config.get("XenCenterMeddlingActionTitle") or _TITLES.get(method, task.name_label)
    if subjects and "XenCenterMeddlingActionTitle" not in task.other_config:
        title = f"{title} {', '.join(map(words.name, subjects))}"
    return ForeignTask(
        source=source,
        ref=task.ref,
        title=words.readable(title),
        status=task.status,
        progress_fraction=task.progress,
        can_cancel="cancel" in task.allowed_operations,
        subjects=subjects,
        error=words.sentence(task.error_info[0], task.error_info[1:]) if task.error_info else "",
    )
