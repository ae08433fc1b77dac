"""A stated deployment held against its flow: entrypoint, parameters, schedules, triggers."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import Any

from prefect import Flow
from prefect.cli.deploy._schedules import _schedule_config_to_deployment_schedule
from prefect.cli.deploy._triggers import _initialize_deployment_triggers
from prefect.client.schemas.schedules import SCHEDULE_TYPES, CronSchedule
from prefect.exceptions import PrefectException
from prefect.flows import load_flow_from_entrypoint
from pydantic import ValidationError

import flows
from flows.configuration.fault import Fault
from flows.configuration.schedule import Schedule, schedule_of
from flows.configuration.signature import Leaves, Signature
from flows.configuration.stated import Stated
from tasks.domain.settings.base import Settings
from tasks.domain.settings.policy import Alerts

_CRON_FIELDS = 5
"""Minute to weekday, as Prefect documents a cron; what reads it would take a sixth for seconds, in silence."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A stated deployment with what follows from it; `effective` is None where its parameters are wrong."""

    stated: Stated
    signature: Signature | None
    schedules: tuple[Schedule, ...] = ()
    triggers: tuple[str, ...] = ()
    effective: Leaves | None = None
    secrets: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = field(default=())


def check(stated: Stated) -> Checked:
    """Hold one deployment against its flow; what is wrong stands in `faults`."""
    try:
        signature = signature_at(stated.entrypoint)
    except (ImportError, AttributeError, PrefectException, ValueError, OSError) as error:
        return Checked(stated, None, faults=(_unloadable(stated, error),))
    faults: list[Fault] = []
    schedules = tuple(_schedules(stated, signature, faults))
    triggers = tuple(_triggers(stated, signature, faults))
    wrong = signature.wrong(stated.parameters)
    faults += [Fault(f"{stated.where}, {path}", words) for path, words in wrong]
    if wrong:
        return Checked(stated, signature, schedules, triggers, faults=tuple(faults))
    settings = signature.settings(stated.parameters).values()
    needed = [name for one in settings if isinstance(one, Settings) for name in one.secrets]
    blocks = [name for one in settings if isinstance(one, Alerts) for name in one.blocks]
    effective = signature.effective(stated.parameters)
    return Checked(
        stated, signature, schedules, triggers, effective, tuple(dict.fromkeys(needed)), tuple(blocks), tuple(faults)
    )


@cache
def signature_at(entrypoint: str) -> Signature:
    """Load the flow at an entrypoint, as Prefect's worker does."""
    flow: Flow[..., Any] = load_flow_from_entrypoint(entrypoint, use_placeholder_flow=False)
    return Signature(flow)


def _unloadable(stated: Stated, error: Exception) -> Fault:
    module, _, name = stated.entrypoint.replace(":", ".").rpartition(".")
    modules = [f"flows.{one.name}" for one in pkgutil.iter_modules(flows.__path__)]
    if module in modules:
        names = [key for key, value in vars(import_module(module)).items() if isinstance(value, Flow)]
        near = [f"{module}.{one}" for one in get_close_matches(name, names, n=1, cutoff=0.5)]
    else:
        near = [f"{one}.{name}" for one in get_close_matches(module, modules, n=1, cutoff=0.7)]
    remedy = f"did you mean {near[0]!r}?" if near else "write it as module.flow, such as flows.evaluation.evaluate"
    return Fault(stated.where, f"no flow at entrypoint {stated.entrypoint!r} ({type(error).__name__})", remedy)


def _schedules(stated: Stated, signature: Signature, faults: list[Fault]) -> Iterator[Schedule]:
    for given in stated.config.get("schedules") or ():
        try:
            made = _schedule_config_to_deployment_schedule(given)
            _check_fields(made["schedule"])
            schedule = schedule_of(made["schedule"], made.get("parameters"), active=made.get("active"))
        except (ValidationError, ValueError, TypeError, AttributeError) as error:
            words = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
            remedy = 'write it as {cron: "15 * * * *", timezone: UTC}'
            faults.append(Fault(f"{stated.where}, schedules", words.removeprefix("Value error, "), remedy))
            continue
        yield schedule
        own = dict(given.get("parameters") or {})
        faults += [Fault(f"{stated.where}, schedules, {path}", words) for path, words in signature.wrong(own)]
        if missing := signature.missing(stated.parameters | own):
            what = f"a scheduled run needs {' and '.join(missing)}"
            faults.append(Fault(stated.where, what, "give it under parameters"))


def _check_fields(rule: SCHEDULE_TYPES) -> None:
    fields = rule.cron.split() if isinstance(rule, CronSchedule) else []
    if fields and len(fields) != _CRON_FIELDS and not fields[0].startswith("@"):
        raise ValueError(f"cron {' '.join(fields)!r} has {len(fields)} fields, not {_CRON_FIELDS}")


def _triggers(stated: Stated, signature: Signature, faults: list[Fault]) -> Iterator[str]:
    for number, given in enumerate(stated.config.get("triggers") or (), start=1):
        try:
            (trigger,) = _initialize_deployment_triggers(stated.name, [dict(given)])
        except (ValidationError, TypeError) as error:
            words = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
            faults.append(Fault(f"{stated.where}, trigger {number}", words, "see roll-back in prefect.yaml for one"))
            continue
        # Prefect numbers nameless ones within the deployment.
        yield str(given.get("name") or f"{stated.name}__automation_{number}")
        own = trigger.parameters or {}
        faults += [Fault(f"{stated.where}, trigger {number}", words) for _, words in signature.unknown(own)]


def check_together(checked: Sequence[Checked]) -> list[Fault]:
    """Return what is wrong between deployments: one name twice, one service evaluated twice."""
    faults = []
    names: dict[tuple[str, str], Stated] = {}
    services: dict[tuple[Any, ...], Stated] = {}
    for one in checked:
        if one.signature is None:
            continue
        name = (one.signature.flow.name, one.stated.name)
        if name in names:
            what = f"{'/'.join(name)} is stated in {names[name].file} too; the later deployment overwrites the earlier"
            faults.append(Fault(one.stated.where, what, "rename one"))
        names.setdefault(name, one.stated)
        if one.effective is None or not one.schedules:
            continue
        service = (one.signature.flow.name, one.effective.get("service"), one.effective.get("window"))
        if service in services and one.signature.flow.name == "evaluate":
            what = f"service {service[1]!r} is evaluated by {services[service].where} too, in the same windows"
            faults.append(Fault(one.stated.where, what, "name the service this one is for, or remove one"))
        services.setdefault(service, one.stated)
    return faults
