"""What the files state beside what the server runs."""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import flows
from flows.configuration.checking import Checked
from flows.configuration.deployed import Deployed, Server
from flows.configuration.fault import Fault
from flows.configuration.mentions import mentions
from flows.configuration.signature import Leaves, leaves

_ABSENT = object()

_SEVERAL = 3
"""Values of a block that differ before they are told in one line."""


def differences(
    checked: Sequence[Checked], server: Server, *, orphans: bool = True, misread: Sequence[str] = ()
) -> list[Fault]:
    """Return every difference between the files and the server, each with what puts it right.

    Args:
        checked: All deployments of all files.
        server: What the server holds.
        orphans: Whether a deployment of our flows that is in no file is a fault; not when only some files are read.
        misread: Texts of files with faults; what one of them names is in a file, however wrong that is.
    """
    on_server = {(one.flow, one.name): one for one in server.deployments}
    faults: list[Fault] = []
    stated = set()
    for one in checked:
        if one.signature is None:
            # Which deployment it would be is not known; it must not look orphaned because of that.
            stated |= {key for key in on_server if key[1] == one.stated.name}
            continue
        key = (one.signature.flow.name, one.stated.name)
        stated.add(key)
        faults += _of_pool(one, server)
        if key in on_server:
            faults += [*_of_parameters(one, on_server[key]), *_of_schedules(one, on_server[key])]
            faults += [*_of_running(one, on_server[key]), *_of_automations(one, server)]
        else:
            faults.append(
                Fault(one.stated.where, f"not deployed on {server.address}", f"deploy it: {one.stated.deploy}")
            )
    if orphans:
        ours = {one.stated.entrypoint for one in checked}
        names = {one.stated.name: one for one in checked}
        for key, deployed in on_server.items():
            if key in stated or not _is_ours(deployed, ours):
                continue
            if deployed.name in names:
                faults.append(_of_another_flow(names[deployed.name], deployed))
            elif not any(mentions(text, deployed.name) for text in misread):
                faults.append(_orphan(deployed, server))
    return faults


def _of_another_flow(one: Checked, deployed: Deployed) -> Fault:
    what = f"on the server this name is a deployment of the flow {deployed.flow!r} ({deployed.path}) too"
    return Fault(one.stated.where, what, "mend the entrypoint; if it is meant, delete the other there")


def _orphan(one: Deployed, server: Server) -> Fault:
    running = any(schedule.active for schedule in one.schedules) and not one.paused
    what = f"orphaned: on {server.address}, in none of these files" + (
        ", and its schedule still runs" if running else ""
    )
    remedy = f"`prefect deployment delete '{one.path}'` (`deploy --all` never removes), or state it in a file"
    return Fault(one.path, what, remedy)


def _is_ours(one: Deployed, entrypoints: set[str]) -> bool:
    """Whether it runs a flow of the files or of Plumbline; other projects may live on the same server."""
    module = one.entrypoint.replace(".py:", ".").replace("/", ".").rpartition(".")[0].lstrip(".")
    known = {f"flows.{found.name}" for found in pkgutil.iter_modules(flows.__path__)}
    return one.entrypoint in entrypoints or module in known


def _of_pool(one: Checked, server: Server) -> Iterator[Fault]:
    pool = one.stated.config["work_pool"].get("name")
    if not pool:
        yield Fault(one.stated.where, "no work pool", "state `work_pool: {name: plumbline}`")
    elif pool not in server.work_pools:
        remedy = f"`prefect work-pool create {pool} --type process`"
        yield Fault(one.stated.where, f"{server.address} has no work pool {pool!r}", remedy)


def _of_parameters(one: Checked, deployed: Deployed) -> Iterator[Fault]:
    if one.signature is None or one.effective is None:
        return
    wrong = one.signature.wrong(deployed.parameters)
    for path, words in wrong:
        yield Fault(f"{one.stated.where}, {path}", f"on the server: {words}", f"deploy the file's: {one.stated.deploy}")
    there = leaves(deployed.parameters) if wrong else one.signature.effective(deployed.parameters)
    here = leaves(one.stated.parameters) if wrong else one.effective
    for block, paths in _blocks(here, there):
        what = f"on the server {_shown(there, block, paths)}, in the file {_shown(here, block, paths)}"
        remedy = f"write the server's into the file, or deploy the file's: {one.stated.deploy}"
        yield Fault(f"{one.stated.where}, {block}", what, remedy)


def _blocks(here: Leaves, there: Leaves) -> Iterator[tuple[str, list[str]]]:
    """Yield what differs: value by value, but a block in one piece where most of it differs."""
    known = list(here | there)
    different = [path for path in known if here.get(path, _ABSENT) != there.get(path, _ABSENT)]
    for block, group in groupby(different, key=lambda path: path.rpartition(".")[0]):
        paths = list(group)
        whole = [path for path in known if path.rpartition(".")[0] == block]
        if block and len(paths) >= _SEVERAL and 2 * len(paths) > len(whole):
            yield block, paths
        else:
            yield from ((path, [path]) for path in paths)


def _shown(values: Leaves, block: str, paths: Sequence[str]) -> str:
    """Return values in words; of a whole block only what is set."""
    if paths == [block]:
        return _words(values[block]) if block in values else "nothing"
    told = [path for path in paths if values.get(path) not in (None, False)]
    return ", ".join(f"{path.rpartition('.')[2]} {_words(values[path])}" for path in told) or "nothing"


def _of_schedules(one: Checked, deployed: Deployed) -> Iterator[Fault]:
    here = {schedule.words: schedule for schedule in one.schedules}
    there = {schedule.words: schedule for schedule in deployed.schedules}
    for words, schedule in there.items():
        if words not in here:
            # With a schedule in the file, deploying replaces the server's; without one it keeps them.
            deletion = f"`prefect deployment schedule delete '{deployed.path}' {schedule.id}` (deploying keeps it)"
            remedy = f"deploy the file's: {one.stated.deploy}" if here else deletion
            yield Fault(
                f"{one.stated.where}, schedules", f"the server runs {words!r}, which is not in the file", remedy
            )
        elif schedule.active != here[words].active:
            state = "on" if schedule.active else "paused"
            remedy = f"state it (`active: {str(schedule.active).lower()}`), or deploy the file's: {one.stated.deploy}"
            yield Fault(f"{one.stated.where}, schedules", f"{words!r} is {state} on the server, not so here", remedy)
    for words in here:
        if words not in there:
            yield Fault(
                f"{one.stated.where}, schedules", f"{words!r} is not on the server", f"deploy it: {one.stated.deploy}"
            )


def _of_running(one: Checked, deployed: Deployed) -> Iterator[Fault]:
    config = one.stated.config
    limit = config.get("concurrency_limit")
    here = {
        "entrypoint": one.stated.entrypoint,
        "work_pool": config["work_pool"].get("name"),
        "job_variables": dict(config["work_pool"].get("job_variables") or {}),
        "concurrency_limit": [limit.get("limit"), limit.get("collision_strategy")]
        if isinstance(limit, dict)
        else [limit, None],
    }
    there = {
        "entrypoint": deployed.entrypoint,
        "work_pool": deployed.work_pool,
        "job_variables": dict(deployed.job_variables),
        "concurrency_limit": list(deployed.limit),
    }
    for key, value in here.items():
        if value != there[key]:
            what = f"on the server {_words(there[key])}, in the file {_words(value)}"
            yield Fault(f"{one.stated.where}, {key}", what, f"deploy the file's: {one.stated.deploy}")
    if deployed.paused and not config.get("paused"):
        yield Fault(
            one.stated.where, "paused on the server: nothing is scheduled", "resume it there, or state `paused: true`"
        )


def _words(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _of_automations(one: Checked, server: Server) -> Iterator[Fault]:
    for name in one.triggers:
        if name not in server.automations:
            what = f"its automation {name!r} is not on the server: the event would start nothing"
            yield Fault(one.stated.where, what, f"deploy it: {one.stated.deploy}")
        elif not server.automations[name].enabled:
            yield Fault(
                one.stated.where, f"its automation {name!r} is switched off on the server", "switch it on there"
            )
