"""What the metrics page shows (R63), made from the days' figures alone."""
