"""Programs that print figures: speed, memory, quality."""
