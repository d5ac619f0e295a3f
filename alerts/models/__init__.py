"""What alerts keep, one file per noun."""

from alerts.models.alert import Alert
from alerts.models.channel import Channel
from alerts.models.delivery import Delivery
from alerts.models.streak import StreakRow

__all__ = ["Alert", "Channel", "Delivery", "StreakRow"]
