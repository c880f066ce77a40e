"""The thin bar at the bottom: what is running and how far, and the list of all jobs it opens upwards."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionProgressBar,
    QStyleOptionViewItem,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from lifeguard.commands.jobs import Job, JobBoard
from lifeguard.quantities import format_count
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.jobs.model import FRACTION_ROLE, JobModel, progress_words
from lifeguard.ui.theme import Theme, icon_size
from lifeguard.ui.tree.delegate import RowDelegate

_UP, _DOWN, _CLOSE = Glyph("chevron-up"), Glyph("chevron-down"), Glyph("close")
_BELL, _ALARM = Glyph("bell", "text-quiet"), Glyph("warning", "warn")
_PER_CENT = 100
_ROWS_OPEN = 9


class _ProgressDelegate(QStyledItemDelegate):
    """Draws a bar where a job tells how far it is, words elsewhere."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        fraction = index.data(FRACTION_ROLE)
        if not isinstance(fraction, float):
            super().paint(painter, option, index)
            return
        bar = QStyleOptionProgressBar()
        bar.rect = option.rect.adjusted(2, 3, -2, -3)
        bar.palette = option.palette
        bar.state = QStyle.StateFlag.State_Enabled | QStyle.StateFlag.State_Horizontal
        bar.minimum, bar.maximum, bar.progress = 0, _PER_CENT, round(fraction * _PER_CENT)
        bar.text = str(index.data())
        bar.textVisible = True
        bar.textAlignment = Qt.AlignmentFlag.AlignCenter
        QApplication.style().drawControl(QStyle.ControlElement.CE_ProgressBar, bar, painter)


Explain = Callable[[Job], Callable[[], object] | None]
"""What shows more about why a job has failed, if anything does."""


class JobsTray(QFrame):
    """`alerts_wanted` tells that somebody wants to read the alerts that the bar counts."""

    alerts_wanted = Signal()

    def __init__(self, board: JobBoard, theme: Theme, explain: Explain, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("jobs")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._board = board
        self._theme = theme
        self._explain = explain
        self._summary = QLabel()
        self._summary.setObjectName("jobs.summary")
        self._bar = QProgressBar()
        self._bar.setObjectName("jobs.progress")
        self._bar.setTextVisible(False)
        self._bar.setMaximumHeight(self.fontMetrics().height() * 3 // 4)
        self._bar.setMaximumWidth(self.fontMetrics().averageCharWidth() * 20)
        self._current = QLabel()
        self._current.setObjectName("jobs.current")
        self._current.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._cancel = self._button("jobs.cancel", "Cancel this job", _CLOSE)
        self._cancel.clicked.connect(self._cancel_current)
        self._alerts = self._button("jobs.alerts", "Show alerts", _BELL)
        self._alerts.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._alerts.clicked.connect(self.alerts_wanted)
        self._serious = 0
        self._connection = QLabel()
        self._connection.setObjectName("jobs.connection")
        self._toggle = self._button("jobs.toggle", "Show all jobs", _UP)
        self._toggle.setCheckable(True)
        self._toggle.setShortcut("Ctrl+J")
        self._toggle.setToolTip("Show all jobs (Ctrl+J)")
        self._toggle.toggled.connect(self._open)
        self._model = JobModel(board, theme, self)
        self._list = self._make_list()
        self._details = QLabel()
        self._details.setObjectName("jobs.details")
        self._details.setTextFormat(Qt.TextFormat.PlainText)
        self._details.setWordWrap(True)
        self._details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._act_retry = QPushButton("Try again")
        self._act_undo = QPushButton("Undo")
        self._act_copy = QPushButton("Copy details")
        self._act_remedy = QPushButton()
        self._act_explain = QPushButton("Start diagnosis")
        self._acts = QWidget()
        self._drawer = self._make_drawer()
        self._lay_out()
        self._leave = board.changed.connect(lambda _: self._renew())
        self._renew()

    def close_tray(self) -> None:
        self._leave()
        self._model.close_model()

    def say_connection(self, text: str) -> None:
        self._connection.setText(text)

    def say_alerts(self, count: int, serious: int) -> None:
        """How many alerts there are, and how many of them say that something is wrong."""
        self._serious = serious
        self._alerts.setText(format_count(count, "alert") if count else "No alerts")
        self._alerts.setAccessibleName(f"Show {self._alerts.text().lower()}")
        self._alerts.setIcon(self._theme.icon(_ALARM if serious else _BELL))

    def repaint_icons(self) -> None:
        self._alerts.setIcon(self._theme.icon(_ALARM if self._serious else _BELL))
        self._model.repaint_icons()
        self._cancel.setIcon(self._theme.icon(_CLOSE))
        self._toggle.setIcon(self._theme.icon(_DOWN if self._toggle.isChecked() else _UP))

    def _button(self, name: str, title: str, glyph: Glyph) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setAccessibleName(title)
        button.setToolTip(title)
        button.setAutoRaise(True)
        button.setIconSize(icon_size())
        button.setIcon(self._theme.icon(glyph))
        return button

    def _make_list(self) -> QTreeView:
        rows = QTreeView()
        rows.setObjectName("jobs.list")
        rows.setAccessibleName("Jobs")
        rows.setRootIsDecorated(False)
        rows.setUniformRowHeights(True)
        rows.setHeaderHidden(True)
        rows.setFrameShape(QTreeView.Shape.NoFrame)
        rows.setModel(self._model)
        rows.setItemDelegate(RowDelegate(self._theme, rows))
        rows.setItemDelegateForColumn(1, _ProgressDelegate(rows))
        header = rows.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(1, self.fontMetrics().averageCharWidth() * 30)
        rows.selectionModel().currentChanged.connect(self._show_details)
        rows.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        rows.customContextMenuRequested.connect(self._open_menu)
        return rows

    def _make_drawer(self) -> QWidget:
        drawer = QWidget()
        column = QVBoxLayout(drawer)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._list, 1)
        column.addWidget(self._details)
        gap = self.fontMetrics().height() // 2
        self._details.setContentsMargins(gap, 0, gap, 0)
        row = QHBoxLayout(self._acts)
        row.setContentsMargins(gap, 0, gap, gap // 2)
        row.addStretch(1)
        for button, name, act in self._offers():
            button.setObjectName(name)
            button.clicked.connect(act)
            row.addWidget(button)
        column.addWidget(self._acts)
        drawer.setMinimumHeight(self.fontMetrics().height() * _ROWS_OPEN)
        drawer.setMaximumHeight(self.fontMetrics().height() * _ROWS_OPEN * 3 // 2)
        drawer.hide()
        return drawer

    def _offers(self) -> tuple[tuple[QPushButton, str, Callable[[], object]], ...]:
        """What can be done with the chosen job, from left to right."""
        return (
            (self._act_copy, "jobs.copy", self._copy),
            (self._act_explain, "jobs.explain", self._show_why),
            (self._act_undo, "jobs.undo", self._undo),
            (self._act_remedy, "jobs.remedy", self._apply_remedy),
            (self._act_retry, "jobs.retry", self._retry),
        )

    def _open_menu(self, place: QPoint) -> None:
        """The same as the buttons say, where the job is."""
        job = self._chosen
        if job is None or not self._list.indexAt(place).isValid():
            return
        menu = QMenu(self._list)
        menu.setObjectName("jobs.menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for button, _, act in self._offers():
            if not button.isHidden():
                menu.addAction(button.text()).triggered.connect(lambda _, act=act: act())
        if not job.is_over:
            menu.addAction("Cancel").triggered.connect(lambda _: job.cancel())
        if menu.actions():
            menu.popup(self._list.viewport().mapToGlobal(place))

    def _lay_out(self) -> None:
        gap = self.fontMetrics().height() // 2
        row = QHBoxLayout()
        row.setContentsMargins(gap, gap // 4, gap, gap // 4)
        row.setSpacing(gap)
        row.addWidget(self._toggle)
        row.addWidget(self._summary)
        row.addWidget(self._bar)
        row.addWidget(self._current, 1)
        row.addWidget(self._cancel)
        row.addWidget(self._alerts)
        row.addWidget(self._connection)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._drawer)
        column.addLayout(row)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    @property
    def progress(self) -> int:
        """How far the foremost job is, in per cent; 0 when it does not say."""
        return self._bar.value() if self._bar.maximum() == _PER_CENT else 0

    @property
    def _foremost(self) -> Job | None:
        active = self._board.active
        return next((job for job in active if job.status == "running"), active[0] if active else None)

    def _renew(self) -> None:
        active, failed = self._board.active, [job for job in self._board.jobs if job.status == "failed"]
        job = self._foremost
        self._summary.setText(_summary(len(active), len(failed)))
        self._bar.setVisible(job is not None)
        self._cancel.setVisible(job is not None)
        self._current.setText("" if job is None else f"{job.title}  {progress_words(job, self._board)}")
        if job is not None:
            is_told = job.progress_fraction is not None
            self._bar.setRange(0, _PER_CENT if is_told else 0)
            self._bar.setValue(round((job.progress_fraction or 0.0) * _PER_CENT))
            self._cancel.setEnabled(job.status != "cancelling")
        self._show_details()

    def _open(self, is_open: bool) -> None:
        self._drawer.setVisible(is_open)
        self._toggle.setIcon(self._theme.icon(_DOWN if is_open else _UP))
        self._toggle.setAccessibleName("Hide all jobs" if is_open else "Show all jobs")
        if is_open and self._model.rowCount() and not self._list.currentIndex().isValid():
            self._list.setCurrentIndex(self._model.index(0, 0))

    @property
    def _chosen(self) -> Job | None:
        return self._model.job(self._list.currentIndex())

    def _show_details(self) -> None:
        job = self._chosen
        error = job.error if job is not None else None
        lines = [error.sentence, error.raw] if error is not None else []
        if job is not None and job.note:
            lines.append(job.note)
        self._details.setText("\n".join(filter(None, lines)) or ("" if self._board.jobs else "No jobs yet."))
        self._details.setVisible(bool(self._details.text()))
        remedies = job.remedies if job is not None else ()
        self._act_remedy.setText(remedies[0].title if remedies else "")
        offers = {
            self._act_copy: bool(lines),
            self._act_retry: job is not None and job.can_retry,
            self._act_explain: job is not None and self._explain(job) is not None,
            self._act_remedy: bool(remedies),
            self._act_undo: job is not None and job.can_undo,
        }
        for button, is_offered in offers.items():
            button.setVisible(is_offered)
        self._acts.setVisible(any(offers.values()))
        if job is not None and job.can_undo:
            self._act_undo.setText(job.work.undo_title or "Undo")

    def _cancel_current(self) -> None:
        job = self._foremost
        if job is not None:
            job.cancel()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._details.text())

    def _retry(self) -> None:
        job = self._chosen
        if job is not None and job.can_retry:
            job.retry()

    def _apply_remedy(self) -> None:
        job = self._chosen
        if job is not None and job.remedies:
            job.apply(job.remedies[0])

    def _show_why(self) -> None:
        job = self._chosen
        show = self._explain(job) if job is not None else None
        if show is not None:
            show()

    def _undo(self) -> None:
        job = self._chosen
        if job is not None:
            job.undo()


def _summary(active: int, failed: int) -> str:
    parts = [format_count(active, "job")] if active else []
    parts += [f"{failed} failed"] if failed else []
    return ", ".join(parts) or "No jobs"
