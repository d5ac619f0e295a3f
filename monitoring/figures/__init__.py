"""Pure arithmetic of the figures: rates, percentiles, days. No Django, no I/O."""
