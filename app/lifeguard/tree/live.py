"""A tree that keeps in step with its pools: each change costs what it touches, and tells how to get from the tree
before to the tree after."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from time import perf_counter
from typing import Any

from lifeguard.inventory.answers import Answers, Asked, Facts
from lifeguard.inventory.change import Change
from lifeguard.inventory.faces import Face, face_of, order_of_server
from lifeguard.inventory.placing import NOWHERE, Group, Path, Placing, View
from lifeguard.tree.branch import Branch
from lifeguard.tree.node import ROOT, Inserted, Key, Moved, Node, Removed, Renewed, Reordered, Step, Thing

_Entry = tuple[Placing, Face | None]
_PIECE = 100
_PIECE_TO_FILL = 20
_LONGEST_S = 0.001


@dataclass(frozen=True, slots=True)
class Server:
    """A server without a connection. `state` is `disconnected` or `connecting`."""

    address: str
    title: str
    state: str = "disconnected"


@dataclass(slots=True)
class _Member:
    """What the tree knows of one pool: where its objects hang, and which branches show each."""

    answers: Answers
    waiting: Iterator[str] = field(default_factory=lambda: iter(()))
    placed: dict[str, Placing] = field(default_factory=dict)
    branches: dict[str, list[Branch]] = field(default_factory=dict)


class LiveTree:
    """All pools in one view. Every method that changes it returns the steps that a mirror of it has to take.

    A pool is known by a word of the caller's (`source`). Its `Answers` may serve others too: the caller has them take
    a change in first, and passes on what they return.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._order = view.order
        self._is_sorted = view.is_sorted

        # Place and face are one question: whoever is placed is looked at as well.
        def entry(facts: Facts, ref: str) -> _Entry:
            placing = view.place(facts, ref)
            return placing, face_of(facts, ref, view.today) if placing.paths else None

        self._entry = entry
        self._members: dict[str, _Member] = {}
        self._servers: dict[str, Branch] = {}
        self._root = Branch(Node(ROOT, "root", None, "", "", ""), (), None)
        self._steps: list[Step] = []
        self._is_filling = False
        self._filled: dict[Path, Branch] = {}

    def nodes(self) -> tuple[Node, ...]:
        """The whole tree as it is now."""
        return self._root.snapshot().children

    def keys_of(self, source: str, ref: str) -> tuple[Key, ...]:
        """The nodes that show an object: none when it is not in this view, several when it is in several groups."""
        member = self._members.get(source)
        return tuple(branch.key for branch in member.branches.get(ref, ())) if member is not None else ()

    def connect(
        self, source: str, answers: Answers, first: Collection[str] | None = None, soon: Collection[str] = ()
    ) -> list[Step]:
        """Take a pool in, instead of the server without a connection where that was shown. With `first` only these
        objects are looked at now; all others wait for `fill`, at their head those to be there `soon`."""
        steps = self.disconnect(source)
        member = self._members[source] = _Member(answers)
        self._is_filling = not self._root.children
        if first is not None:
            member.waiting = chain(soon, self._refs(answers))
        for ref in self._refs(answers) if first is None else first:
            self._replace(source, member, ref, answers.ask(self._entry, ref)[0])
        if self._is_filling:
            self._is_filling = False
            self._filled.clear()
            self._root.sort()
            self._steps = [Inserted(parent.key, row, child.node) for parent, row, child in self._root.below()]
        return steps + self._taken()

    def fill(self) -> Iterator[list[Step]]:
        """Look at the objects that wait, a few between two yields; what is yielded are steps to be taken at once."""
        for source, member in list(self._members.items()):
            is_left = True
            while is_left and self._members.get(source) is member:
                is_left, end_s = False, perf_counter() + _LONGEST_S
                for ref in islice(member.waiting, _PIECE_TO_FILL):
                    is_left = True
                    self._look_for(source, member, ref)
                    if perf_counter() > end_s:
                        break
                yield self._taken()

    def hurry(self, source: str, refs: Iterable[str]) -> list[Step]:
        """Look at these objects of a pool now, though they may wait for `fill`."""
        member = self._members.get(source)
        if member is not None:
            for ref in refs:
                self._look_for(source, member, ref)
        return self._taken()

    def disconnect(self, source: str) -> list[Step]:
        """Let a pool go, or a server that was shown."""
        member = self._members.pop(source, None)
        if member is not None:
            for ref in reversed(list(member.placed)):
                self._replace(source, member, ref, NOWHERE)
            member.answers.forget(self._entry, self._order)
        server = self._servers.pop(source, None)
        if server is not None:
            server.is_placed = False
            self._prune(server)
        return self._taken()

    def show_server(self, source: str, server: Server) -> list[Step]:
        """Show a server that there is no connection to."""
        steps = self.disconnect(source)
        key = (Thing(source, server.address),)
        node = Node(key, "server", server.address, server.title, server.state, server.address)
        branch = Branch(node, (1, (), order_of_server(server.address, server.title), source), self._root)
        branch.is_placed = True
        self._servers[source] = branch
        self._insert(branch)
        return steps + self._taken()

    def apply(self, source: str, change: Change, differing: Iterable[Asked]) -> list[Step]:
        """Follow a change of one pool; `differing` is what its `Answers.apply(change)` returned."""
        member = self._members.get(source)
        if member is None:
            return []
        arrivals = {ref for ref, class_name in change.added.items() if class_name in self._view.classes}
        asked = [entry for entry in differing if entry[0] in (self._entry, face_of, self._order)]
        suspects = arrivals | change.removed.keys() | {entry[1] for entry in asked if entry[0] is self._entry}
        for ref in sorted(suspects):
            is_there = ref in member.answers.inventory
            self._replace(source, member, ref, member.answers.ask(self._entry, ref)[0] if is_there else NOWHERE)
        for ref in sorted({entry[1] for entry in asked}):
            self._renew(member, ref)
        return self._taken()

    def sort_by(self, view: View) -> Iterator[list[Step]]:
        """Arrange as this view does, which differs in the order of what stands on one level only. As `reorder`."""
        self._sort_plainly()
        for member in self._members.values():
            member.answers.forget(self._order)
        self._view, self._order, self._is_sorted = view, view.order, view.is_sorted
        yield self._taken()
        yield from self.reorder()

    def forgetting(self) -> Iterator[None]:
        """Drop every answer that only this tree asked for, when nobody will look at it any more."""
        for member in self._members.values():
            yield from member.answers.forgetting(self._entry, self._order)
        left = [self._root]
        while left:
            for branch in [left.pop() for _ in range(min(_PIECE, len(left)))]:
                left.extend(branch.children)
                branch.part()
            yield
        for member in self._members.values():
            for known in (member.branches, member.placed):
                while known:
                    for _ in range(min(_PIECE, len(known))):
                        known.popitem()
                    yield

    def reorder(self) -> Iterator[list[Step]]:
        """Sort anew by columns whose values change without any change of a pool. Done in pieces, so that the caller can
        do something else in between; what each yields are steps to be taken at once, in most cases none."""
        if not self._is_sorted:
            return
        for member in list(self._members.values()):
            member.answers.forget(self._order)
            for count, ref in enumerate(list(member.branches), 1):
                member.answers.ask(self._order, ref)
                if count % _PIECE == 0:
                    yield []
        waiting = [self._root]
        while waiting:
            parent = waiting.pop()
            waiting.extend(child for child in parent.children if child.children)
            for branch in parent.children:
                branch.order = self._order_anew(branch)
            self._reorder(parent)
            yield self._taken()

    def _order_anew(self, branch: Branch) -> Any:
        step = branch.key[-1]
        if isinstance(step, Group):
            return (branch.order[0], self._view.order_of_group(step), *branch.order[2:])
        if step.source not in self._members or branch.order[0] != 1:
            return branch.order
        columns = self._members[step.source].answers.ask(self._order, step.ref)
        return (1, columns, *branch.order[2:])

    def _sort_plainly(self) -> None:
        """Without columns: what two views sort by cannot be compared."""
        if not self._is_sorted:
            return
        parents: dict[Key, Branch] = {}
        for branch in [branch for _, _, branch in self._root.below() if branch.order[1]]:
            branch.order = (branch.order[0], (), *branch.order[2:])
            if branch.parent is not None:
                parents[branch.parent.key] = branch.parent
        for parent in parents.values():
            self._reorder(parent)

    def _reorder(self, parent: Branch) -> None:
        rows = parent.reorder()
        if rows:
            self._steps.append(Reordered(parent.key, rows))

    def _refs(self, answers: Answers) -> list[str]:
        return [ref for class_name in self._view.classes for ref in answers.refs(class_name)]

    def _taken(self) -> list[Step]:
        steps, self._steps = self._steps, []
        return steps

    def _look_for(self, source: str, member: _Member, ref: str) -> None:
        if ref in member.answers.inventory:
            self._replace(source, member, ref, member.answers.ask(self._entry, ref)[0])

    def _replace(self, source: str, member: _Member, ref: str, new: Placing) -> None:
        """Hang an object where it belongs now. What comes, comes first, so that groups it stays in are kept."""
        old = member.placed.get(ref, NOWHERE)
        if old == new:
            return
        if old == NOWHERE and not new.bare:
            member.placed[ref] = new
            for path in new.paths:
                self._grow(self._at(source, path), Thing(source, ref)).is_placed = True
            return
        thing = Thing(source, ref)
        gone = [self._at(source, path).child(thing) for path in old.paths if path not in new.paths]
        come = [path for path in new.paths if path not in old.paths]
        leaves = [branch for branch in gone if branch is not None]
        if not (len(come) == len(leaves) == 1 and self._move(source, leaves[0], come[0])):
            for path in come:
                self._grow(self._at(source, path), thing).is_placed = True
            for branch in leaves:
                branch.is_placed = False
                self._prune(branch)
        self._hold(source, old, new)
        if new == NOWHERE:
            del member.placed[ref]
        else:
            member.placed[ref] = new

    def _hold(self, source: str, old: Placing, new: Placing) -> None:
        for path in new.bare:
            self._at(source, path).holds += 1
        for path in old.bare:
            branch = self._at(source, path)
            branch.holds -= 1
            self._prune(branch)

    def _at(self, source: str, path: Path) -> Branch:
        """The branch at the end of a path; what is missing grows."""
        known = self._filled.get(path) if self._is_filling else None
        if known is not None:
            return known
        branch = self._root
        for step in path:
            branch = self._grow(branch, Thing(source, step) if isinstance(step, str) else step)
        if self._is_filling:
            self._filled[path] = branch
        return branch

    def _grow(self, parent: Branch, step: Thing | Group) -> Branch:
        known = parent.child(step)
        if known is not None:
            return known
        branch = Branch(*self._look((*parent.key, step)), parent)
        if isinstance(step, Thing):
            self._members[step.source].branches.setdefault(step.ref, []).append(branch)
        self._insert(branch)
        return branch

    def _insert(self, branch: Branch) -> None:
        if branch.parent is not None and self._is_filling:
            branch.parent.add_last(branch)
        elif branch.parent is not None:
            branch.parent.add(branch)
            self._steps.append(Inserted(branch.parent.key, branch.row, branch.node))

    def _prune(self, branch: Branch) -> None:
        """Drop a branch that nothing needs any more, and then the group it was the last of."""
        while branch.parent is not None and not branch.is_needed:
            parent, step = branch.parent, branch.key[-1]
            self._steps.append(Removed(parent.key, parent.take_out(branch)))
            if isinstance(step, Thing) and step.source in self._members:
                self._unlist(self._members[step.source], step.ref, branch)
            branch = parent

    def _unlist(self, member: _Member, ref: str, branch: Branch) -> None:
        branches = member.branches[ref]
        branches.remove(branch)
        if not branches:
            del member.branches[ref]

    def _move(self, source: str, branch: Branch, path: Path) -> bool:
        """Take a leaf elsewhere as it is, so that whoever looks at it need not lose it. False where that cannot be."""
        old_parent, step = branch.parent, branch.key[-1]
        if old_parent is None or branch.children or branch.holds:
            return False
        new_parent = self._at(source, path)
        if new_parent.child(step) is not None:
            return False
        row = old_parent.take_out(branch)
        branch.parent = new_parent
        branch.node, branch.order = self._look((*new_parent.key, step))
        new_parent.add(branch)
        self._steps.append(Moved(old_parent.key, row, new_parent.key, branch.row, branch.node))
        self._prune(old_parent)
        return True

    def _renew(self, member: _Member, ref: str) -> None:
        for branch in member.branches.get(ref, ()):
            node, order = self._look(branch.key)
            parent = branch.parent
            if parent is None or (node == branch.node and order == branch.order):
                continue
            row = parent.take_out(branch)
            is_same = node == branch.node
            branch.node, branch.order = node, order
            parent.add(branch)
            if branch.row != row:
                self._steps.append(Moved(parent.key, row, parent.key, branch.row, node))
            elif not is_same:
                self._steps.append(Renewed(parent.key, row, node))

    def _look(self, key: Key) -> tuple[Node, Any]:
        """What a node shows, and its order among its siblings."""
        step = key[-1]
        if isinstance(step, Group):
            names = self._view.order_of_group(step) if self._is_sorted else ()
            order = (step.order[0], names, step.order, "")
            return Node(key, step.kind, step.ref, step.label, "normal", step.label), order
        answers = self._members[step.source].answers
        face = answers.ask(self._entry, step.ref)[1] or answers.ask(face_of, step.ref, self._view.today)
        if face is None:
            return Node(key, "gone", step.ref, "", "normal", ""), (2, (), (step.ref,), step.source)
        columns = answers.ask(self._order, step.ref) if self._is_sorted else ()
        node = Node(key, face.kind, step.ref, face.name, face.state, face.label, face.marks)
        return node, (1, columns, face.order, step.source)
