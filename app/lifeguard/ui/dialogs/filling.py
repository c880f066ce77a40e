"""The inside of a form: what will happen, the fields, and why it cannot be sent off yet. It may be filled anew."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from lifeguard.commands.ask import Answer, CheckField, ChoiceField, Field, TextField
from lifeguard.commands.ask import Form as Questions
from lifeguard.ui.dialogs.choosing import fill_chooser
from lifeguard.ui.dialogs.form import Form

_MOST_LEFT_OUT = 8
_MOST_LISTED = 8
_MOST_ROWS = 10


class Filling:
    """Everything between the heading and the buttons of `dialog`."""

    def __init__(self, dialog: Form, form: Questions) -> None:
        self._dialog = dialog
        self._body = QWidget()
        self._fields: list[tuple[Field, QWidget]] = []
        self._reason = QLabel()
        self._reason.setObjectName("fill.flaw")
        self._reason.setWordWrap(True)
        self._progress = dialog.say("")
        self._progress.setObjectName("fill.progress")
        dialog.content.insertWidget(0, self._body)
        dialog.content.addWidget(self._reason)
        self.say_progress("")
        self.show(form)
        if self._fields and not form.danger:
            _begin_at(self._fields[0][1])

    def show(self, form: Questions) -> None:
        """Ask this instead; what was answered already stays."""
        answers = self.answers()
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        fields = QWidget()
        rows = QFormLayout(fields)
        rows.setContentsMargins(0, 0, 0, 0)
        self._fields = [(field, _input(field, rows, answers.get(field.key))) for field in form.fields]
        place = _scrolled(fields) if len(self._fields) > _MOST_ROWS else fields
        if not form.listing:
            column.addWidget(place)
        for text in filter(None, (form.detail, left_out_words(form.left_out))):
            self._dialog.say(text, column)
        if form.listing:  # what is to be chosen follows from what will happen
            column.addWidget(_listing(form.listing))
            column.addWidget(place)
        self._dialog.content.replaceWidget(self._body, body)
        self._body.hide()
        self._body.deleteLater()
        self._body = body
        body.show()  # what is not shown has no height, and the dialog is as tall as it needs to be
        for _, widget in self._fields:
            if isinstance(widget, QLineEdit | QPlainTextEdit):
                widget.textChanged.connect(lambda *_: self._judge())
        self._judge()
        self._dialog.settle()

    def say_progress(self, text: str) -> None:
        """What is being found out meanwhile."""
        self._progress.setText(text)
        self._progress.setVisible(bool(text))

    def answers(self) -> dict[str, Answer]:
        return {field.key: _value(widget) for field, widget in self._fields}

    def _judge(self) -> None:
        """A button that cannot be pressed says why, beside it as well."""
        flaw = next(filter(None, (_flaw(field, _value(widget)) for field, widget in self._fields)), "")
        self._dialog.proceed.setEnabled(not flaw)
        self._dialog.proceed.setToolTip(flaw)
        self._reason.setText(flaw)
        self._reason.setVisible(bool(flaw))


def left_out_words(left_out: Sequence[tuple[str, str]]) -> str:
    """Who is not acted on, and why."""
    if not left_out:
        return ""
    shown = [f"{who}: {why}" if why else who for who, why in left_out[:_MOST_LEFT_OUT]]
    more = len(left_out) - len(shown)
    return "\n".join(["Left out:", *shown, *([f"and {more} more"] if more else [])])


def _flaw(field: Field, value: Answer) -> str:
    """Why a field cannot stay as it is."""
    if isinstance(field, ChoiceField) and all(option.refusal is not None for option in field.options):
        return f"{field.label}: there is nothing to choose from"
    if not isinstance(field, TextField):
        return ""
    text = str(value).strip()
    if field.required and not text:
        return f"{field.label} is missing"
    return field.flaw(text) if field.flaw is not None and text else ""


def _scrolled(fields: QWidget) -> QScrollArea:
    """So many fields that a dialog with all of them would not fit on the screen."""
    area = QScrollArea()
    area.setObjectName("fill.fields")
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setWidget(fields)
    area.setFixedHeight(fields.fontMetrics().height() * 2 * _MOST_ROWS)
    return area


def _listing(lines: Sequence[str]) -> QPlainTextEdit:
    """What will happen, to be read, scrolled and copied."""
    text = QPlainTextEdit("\n".join(lines))
    text.setObjectName("fill.listing")
    text.setAccessibleName("What will happen")
    text.setReadOnly(True)
    text.setTabChangesFocus(True)
    line = text.fontMetrics().lineSpacing()
    text.setFixedHeight(line * min(len(lines), _MOST_LISTED) + 2 * text.frameWidth() + line)
    return text


def _begin_at(widget: QWidget) -> None:
    """What is typed first replaces what is suggested."""
    widget.setFocus()
    if isinstance(widget, QLineEdit):
        widget.selectAll()


def _input(field: Field, rows: QFormLayout, answer: Answer | None) -> QWidget:
    """The widget of a field, with what it was answered before, if it was."""
    widget: QWidget
    if isinstance(field, CheckField):
        widget = QCheckBox(field.label)
        widget.setChecked(field.value if answer is None else bool(answer))
        widget.setToolTip(field.hint)
        rows.addRow(widget)
    elif isinstance(field, ChoiceField):
        widget = _choice(field, field.value if answer is None else str(answer))
        rows.addRow(field.label, widget)
    else:
        widget = _text(field, field.value if answer is None else str(answer))
        rows.addRow(field.label, widget)
    widget.setObjectName(f"fill.{field.key}")
    widget.setAccessibleName(field.label)
    return widget


def _choice(field: ChoiceField, wanted: str) -> QComboBox:
    box = QComboBox()
    able = [option.value for option in field.options if option.refusal is None]
    value = wanted if wanted in able else next(iter(able), "")
    fill_chooser(box, [(option.value, option.label, option.refusal) for option in field.options], value)
    return box


def _text(field: TextField, value: str) -> QWidget:
    if field.several_lines:
        return QPlainTextEdit(value)
    line = QLineEdit(value)
    if field.is_secret:
        line.setEchoMode(QLineEdit.EchoMode.Password)
    return line


def _value(widget: QWidget) -> Answer:
    if isinstance(widget, QCheckBox):
        return widget.isChecked()
    if isinstance(widget, QComboBox):
        return str(widget.currentData())
    if isinstance(widget, QPlainTextEdit):
        return widget.toPlainText()
    return widget.text() if isinstance(widget, QLineEdit) else ""
