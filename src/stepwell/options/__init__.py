"""What could come next: each option against the person's facts."""
