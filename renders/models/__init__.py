"""What the database holds, one file per noun (DESIGN section 4)."""

from renders.models.asset import Asset
from renders.models.attempt import Attempt
from renders.models.circuit import CircuitRow, Slot
from renders.models.daily import DailyOrder, DailyRun
from renders.models.event import RenderEvent
from renders.models.expectation import Outlook, StageHistory
from renders.models.failure import RenderFailure
from renders.models.feed import Feed, FeedItem, FeedItemUse
from renders.models.log import RenderLog
from renders.models.prediction import HeardMessage, StrayJob
from renders.models.presence import Presence, PresenceKind, Trouble
from renders.models.render import Render
from renders.models.requester import RenderRequest
from renders.models.service import Service, ServiceStatus
from renders.models.spool import SpooledVideo
from renders.models.step import Step
from renders.models.subscription import DailySubscription
from renders.models.user import User
from renders.models.workspace import Membership, Workspace

__all__ = [
    "Asset",
    "Attempt",
    "CircuitRow",
    "DailyOrder",
    "DailyRun",
    "DailySubscription",
    "Feed",
    "FeedItem",
    "FeedItemUse",
    "HeardMessage",
    "Membership",
    "Outlook",
    "Presence",
    "PresenceKind",
    "Render",
    "RenderEvent",
    "RenderFailure",
    "RenderLog",
    "RenderRequest",
    "Service",
    "ServiceStatus",
    "Slot",
    "SpooledVideo",
    "StageHistory",
    "Step",
    "StrayJob",
    "Trouble",
    "User",
    "Workspace",
]
