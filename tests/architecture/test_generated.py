"""What is generated is what the table says: nobody edits it by hand, and nobody forgets to generate."""

import subprocess
import sys
from pathlib import Path

from lifeguard.datamodel.calls import CALLS
from lifeguard.datamodel.errors import ERRORS
from lifeguard.datamodel.tables import CLASSES, RELATIONS

_GENERATE = Path(__file__).resolve().parents[2] / "packaging" / "xenapi" / "generate.py"


def test_the_generated_modules_are_what_the_table_says() -> None:
    done = subprocess.run([sys.executable, _GENERATE, "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_every_relation_and_every_parameter_names_what_exists() -> None:
    for relation in RELATIONS:
        child, parent = CLASSES[relation.child_class].fields, CLASSES[relation.parent_class].fields
        assert child[relation.child_field].type.kind in ("ref", "set")
        assert parent[relation.parent_field].type.of[0].name == relation.child_class
    for name, call in CALLS.items():
        owner, message = name.split(".")
        assert owner in CLASSES
        assert message == call.name


def test_every_error_a_call_documents_is_known() -> None:
    unknown = {code for call in CALLS.values() for code in call.errors} - ERRORS.keys()
    assert unknown <= {"VM_REQUIRES_NET"} | {code for code in unknown if code.startswith("VM_MIGRATE")}, sorted(unknown)
