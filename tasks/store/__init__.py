"""What Plumbline remembers, in SQL: judgments, windows, summaries, evidence, baselines, actions, messages, leases.

`Store.open()` is the door; each concern is an attribute with a file of its own. SQLite by default, PostgreSQL by URL.
"""

from tasks.store.actions import Action, ActionState
from tasks.store.anchors import Anchor
from tasks.store.evidence import EvidenceRow
from tasks.store.judge_state import JudgeState, Pause
from tasks.store.leases import Held
from tasks.store.ledger import Ledger
from tasks.store.messages import Message
from tasks.store.releases import SeenRelease
from tasks.store.store import Store
from tasks.store.window_rows import WindowRow, WindowState

__all__ = [
    "Action",
    "ActionState",
    "Anchor",
    "EvidenceRow",
    "Held",
    "JudgeState",
    "Ledger",
    "Message",
    "Pause",
    "SeenRelease",
    "Store",
    "WindowRow",
    "WindowState",
]
