"""Putting a command's questions to the person: a confirmation, or a form to fill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLabel, QLineEdit, QPlainTextEdit, QWidget

from lifeguard.commands.ask import Answer, CheckField, ChoiceField, Field, Prompt, TextField
from lifeguard.commands.ask import Form as Questions
from lifeguard.ui.dialogs.answer import answered
from lifeguard.ui.dialogs.choosing import fill_chooser
from lifeguard.ui.dialogs.form import Form
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.theme import Theme

_MOST_LEFT_OUT = 8
_MOST_LISTED = 8


class DialogAsk:
    """The `Ask` of the window: every question is a dialog over `parent`."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        self._theme = theme
        self._parent = parent

    async def confirm(self, prompt: Prompt) -> bool:
        dialog = self._form("confirm", prompt)
        return await answered(dialog)

    async def fill(self, form: Questions) -> Mapping[str, Answer] | None:
        dialog = self._form("fill", form)
        if form.listing:
            dialog.content.addWidget(_listing(form.listing))
        rows = QFormLayout()
        inputs = {field.key: _input(field, rows) for field in form.fields}
        if form.listing:
            dialog.content.addLayout(rows)  # what is to be chosen follows from what will happen
        else:
            dialog.content.insertLayout(0, rows)
        if inputs and not form.danger:
            _begin_at(next(iter(inputs.values())))
        _Flaws(dialog, form, inputs)
        if not await answered(dialog):
            return None
        return {key: _value(widget) for key, widget in inputs.items()}

    def _form(self, name: str, prompt: Prompt | Questions) -> Form:
        glyph = Glyph("warning", "bad") if prompt.danger else Glyph("question", "accent")
        dialog = Form(name, prompt.title, prompt.title, prompt.verb, glyph, self._theme, self._parent)
        if prompt.detail:
            dialog.say(prompt.detail)
        if prompt.left_out:
            shown = [f"{who}: {why}" if why else who for who, why in prompt.left_out[:_MOST_LEFT_OUT]]
            more = len(prompt.left_out) - len(shown)
            dialog.say("\n".join(["Left out:", *shown, *([f"and {more} more"] if more else [])]))
        if prompt.danger:
            dialog.leave.setDefault(True)
            dialog.proceed.setAutoDefault(False)
        return dialog


class _Flaws:
    """A button that cannot be pressed says why, beside it as well."""

    def __init__(self, dialog: Form, form: Questions, inputs: Mapping[str, QWidget]) -> None:
        self._dialog = dialog
        self._fields = [(field, inputs[field.key]) for field in form.fields]
        self._reason = QLabel()
        self._reason.setObjectName("fill.flaw")
        self._reason.setWordWrap(True)
        dialog.content.addWidget(self._reason)
        for _, widget in self._fields:
            if isinstance(widget, QLineEdit | QPlainTextEdit):
                widget.textChanged.connect(lambda *_: self._judge())
        self._judge()

    def _judge(self) -> None:
        flaw = next(filter(None, (_flaw(field, _value(widget)) for field, widget in self._fields)), "")
        self._dialog.proceed.setEnabled(not flaw)
        self._dialog.proceed.setToolTip(flaw)
        self._reason.setText(flaw)
        self._reason.setVisible(bool(flaw))


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


def _input(field: Field, rows: QFormLayout) -> QWidget:
    widget: QWidget
    if isinstance(field, CheckField):
        widget = QCheckBox(field.label)
        widget.setChecked(field.value)
        widget.setToolTip(field.hint)
        rows.addRow(widget)
    elif isinstance(field, ChoiceField):
        widget = _choice(field)
        rows.addRow(field.label, widget)
    else:
        widget = _text(field)
        rows.addRow(field.label, widget)
    widget.setObjectName(f"fill.{field.key}")
    widget.setAccessibleName(field.label)
    return widget


def _choice(field: ChoiceField) -> QComboBox:
    box = QComboBox()
    able = [option.value for option in field.options if option.refusal is None]
    value = field.value if field.value in able else next(iter(able), "")
    fill_chooser(box, [(option.value, option.label, option.refusal) for option in field.options], value)
    return box


def _text(field: TextField) -> QWidget:
    if field.several_lines:
        return QPlainTextEdit(field.value)
    line = QLineEdit(field.value)
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
