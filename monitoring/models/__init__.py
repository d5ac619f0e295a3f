"""What monitoring keeps: the promises, the reports, how runs ended, and the days' figures."""

from monitoring.models.daily_stat import DailyStat, Subject
from monitoring.models.failure_cause import FailureCause
from monitoring.models.run_outcome import Outcome, RunOutcome
from monitoring.models.sla_record import SLARecord
from monitoring.models.sla_report import SLAReport

__all__ = ["DailyStat", "FailureCause", "Outcome", "RunOutcome", "SLARecord", "SLAReport", "Subject"]
