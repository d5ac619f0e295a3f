"""The console's pages of monitoring: promises, reports, metrics, failures by cause."""

from monitoring.admin import causes, metrics, promises, reports

__all__ = ["causes", "metrics", "promises", "reports"]
