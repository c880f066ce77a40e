"""What the right side says of what is selected: of several at once, and when what was selected goes."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QLabel

from lifeguard.datamodel.records import Sr, Vm
from tests.gui.desk import Seat, desk_on_pool
from tests.support.waiting import until


def _neighbours(seat: Seat) -> list[str]:
    """The VMs of the host that has most, in the order of the tree."""
    assert seat.simulated is not None
    db = seat.simulated.db
    vms = [ref for ref, vm in db.rows("VM").items() if vm["power_state"] == "Running" and not vm["is_control_domain"]]
    homes = [str(db.get("VM", ref, "resident_on")) for ref in vms]
    home = max(homes, key=homes.count)
    here = [ref for ref, of in zip(vms, homes, strict=True) if of == home]
    assert len(here) > 2
    return sorted(here, key=lambda ref: str(db.get("VM", ref, "name_label")))


def _header(seat: Seat) -> str:
    return seat.part(QLabel, "header.name").text()


async def test_commands_are_about_what_is_shown_where_the_tree_has_no_place_for_it(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        inventory, window = seat.pool.source.inventory, seat.desk.window
        sr = next(sr for sr in inventory.all(Sr) if sr.shared)
        window.show_things([seat.thing(sr.ref)])
        assert [item.ref for item in window.selection().items] == [sr.ref]
        template = next(vm for vm in inventory.all(Vm) if vm.is_default_template)
        window.show_things([seat.thing(template.ref)])
        assert window.stack.shown is not None
        assert window.stack.shown.ref == template.ref
        assert window.pane.things() == ()
        assert [item.ref for item in window.selection().items] == [template.ref]
        window.show_things([seat.thing(sr.ref)])
        assert [item.ref for item in window.selection().items] == [sr.ref]


async def test_several_are_counted_and_named(application: QApplication) -> None:
    async with desk_on_pool(application, vms=14) as seat:
        assert seat.simulated is not None
        vms = _neighbours(seat)[:2]
        host = seat.simulated.pool.master_ref
        seat.desk.go_to([seat.thing(ref) for ref in vms])
        assert _header(seat) == "2 VMs"
        words = seat.part(QLabel, "header.words").text()
        assert all(seat.simulated.db.get("VM", ref, "name_label") in words for ref in vms)
        assert seat.desk.window.stack.current == "search"
        seat.desk.go_to([seat.thing(ref) for ref in (host, vms[0])])
        assert _header(seat) == "1 server, 1 VM"
        seat.desk.go_to([seat.thing(vms[0])])
        assert _header(seat) == seat.simulated.db.get("VM", vms[0], "name_label")


async def test_when_what_is_selected_goes_its_neighbour_is_selected(application: QApplication) -> None:
    async with desk_on_pool(application, vms=14) as seat:
        assert seat.simulated is not None
        db = seat.simulated.db
        first, second, *others = _neighbours(seat)
        seat.desk.go_to([seat.thing(first)])
        db.destroy("VM", first)
        await until(lambda: seat.desk.window.pane.things() == (seat.thing(second),))
        assert _header(seat) == db.get("VM", second, "name_label")
        seat.desk.go_to([seat.thing(others[-1])])
        db.destroy("VM", others[-1])
        await until(lambda: seat.desk.window.pane.things() not in ((), (seat.thing(others[-1]),)))
