"""Secrets and notification blocks that the configuration names: does each exist somewhere?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flows.configuration.checking import Checked
from flows.configuration.fault import Fault
from flows.running.credentials import block_name


def check_secrets(checked: Sequence[Checked], has: Callable[[str], bool], *, server: bool) -> list[Fault]:
    """Return the named secrets and notification blocks that are nowhere.

    Args:
        checked: The deployments.
        has: Whether there is an environment variable, or a block `type/name` on the server, of that name.
        server: Whether a server was asked.
    """
    users: dict[str, list[str]] = {}
    for one in checked:
        wanted = [name for name in one.secrets if not has(name) and not has(f"secret/{block_name(name)}")]
        if server:
            wanted += [name for name in one.blocks if not has(name)]
        for name in dict.fromkeys(wanted):
            users.setdefault(name, []).append(one.stated.name)
    return [_missing_secret(name, names, server=server) for name, names in users.items()]


def _missing_secret(name: str, users: Sequence[str], *, server: bool) -> Fault:
    where = ", ".join(users[:3]) + (f" and {len(users) - 3} more" if len(users) > 3 else "")
    if "/" in name:
        return Fault(where, f"the server has no notification block {name!r}", "create it there, or mend alerts.blocks")
    asked = f"and the server no Secret block {block_name(name)!r}" if server else "(no server was asked for a block)"
    remedy = f"export {name} where the workers run and here, or create the Secret block {block_name(name)!r}"
    return Fault(where, f"secret {name} is missing: the environment has no such variable {asked}", remedy)
