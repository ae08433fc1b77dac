"""Events of production: what moved, or did not, told to whoever listens; never text of users."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid4, uuid5

from prefect.events import emit_event

from flows.running.aside import is_aside


def emit(what: str, service: str, once: str | None = None, **payload: object) -> None:
    """Tell `plumbline.<what>` of a service; a replay tells nothing.

    Args:
        what: E.g. `rollback.done`.
        service: Whose.
        once: What happened only once: told again after a crash, it bears the same id, so that receivers know it.
        payload: Ids, numbers and words.
    """
    if is_aside():
        return
    emit_event(
        event=f"plumbline.{what}",
        resource={"prefect.resource.id": f"plumbline.service.{service}", "prefect.resource.name": service},
        payload={"service": service, **payload},
        id=uuid5(NAMESPACE_URL, f"plumbline/{what}/{service}/{once}") if once else uuid4(),
    )
