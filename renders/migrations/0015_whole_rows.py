"""What a row of the hot tables must be, in one function a table. PostgreSQL builds each CHECK of a table anew for every
statement that writes to it; the body of a function it keeps with the connection (docs/decisions.md, 54)."""

from django.db import migrations, models
from django.db.models import BooleanField, F, Func

RULES = {
    "render_is_whole": (
        "status text, final boolean, completed_at timestamptz, video_url text, error_message text, wake_at timestamptz",
        """CASE status
        WHEN 'completed' THEN NOT final AND completed_at IS NOT NULL AND video_url <> ''
        WHEN 'failed' THEN final AND error_message <> '' OR wake_at IS NOT NULL
        ELSE NOT final AND status IN ('queued', 'processing', 'held', 'cancelled')
    END""",
    ),
    "step_is_whole": (
        "status text, waits int, wake_at timestamptz, lease_until timestamptz, result jsonb, attempt int, losses int,"
        " claim_no int",
        """LEAST(waits, attempt, losses, claim_no) >= 0 AND CASE status
        WHEN 'waiting' THEN waits > 0
        WHEN 'sleeping' THEN wake_at IS NOT NULL
        WHEN 'running' THEN lease_until IS NOT NULL
        WHEN 'done' THEN result IS NOT NULL
        ELSE status IN ('due', 'placeholder', 'failed', 'cancelled')
    END""",
    ),
    "attempt_is_whole": (
        "outcome text, ended_at timestamptz",
        "outcome = 'under_way' OR outcome IN ('ok', 'error', 'lost', 'cancelled') AND ended_at IS NOT NULL",
    ),
    "asset_is_whole": (
        "status text, kind text, file text",
        """kind IN ('image', 'video', 'narration', 'music') AND CASE status
        WHEN 'generated' THEN file <> ''
        ELSE status IN ('pending', 'retrying', 'needs_prompt_update', 'failed')
    END""",
    ),
}
WAS = {
    "render": (
        "render_status_known",
        "render_completed_has_video",
        "render_failed_says_what_next",
        "render_final_means_failed",
    ),
    "step": (
        "step_status_known",
        "step_running_has_lease",
        "step_sleeping_has_wake_at",
        "step_done_has_result",
        "step_waiting_waits",
    ),
    "attempt": ("attempt_outcome_known", "attempt_settled_has_end"),
    "asset": ("asset_status_known", "asset_kind_known", "asset_generated_has_file"),
}
COLUMNS = {
    "render": ("status", "final", "completed_at", "video_url", "error_message", "wake_at"),
    "step": ("status", "waits", "wake_at", "lease_until", "result", "attempt", "losses", "claim_no"),
    "attempt": ("outcome", "ended_at"),
    "asset": ("status", "kind", "file"),
}


def _function(name: str) -> migrations.RunSQL:
    parameters, rule = RULES[name]
    return migrations.RunSQL(
        f"CREATE FUNCTION {name}({parameters}) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$\n"
        f"BEGIN\n    RETURN {rule};\nEND $$",
        f"DROP FUNCTION {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("renders", "0014_slots_and_strays")]

    operations = [
        *(_function(name) for name in RULES),
        *(migrations.RemoveConstraint(model_name=model, name=name) for model, names in WAS.items() for name in names),
        *(
            migrations.AddConstraint(
                model_name=model,
                constraint=models.CheckConstraint(
                    condition=Func(*map(F, columns), function=f"{model}_is_whole", output_field=BooleanField()),
                    name=f"{model}_is_whole",
                ),
            )
            for model, columns in COLUMNS.items()
        ),
    ]
