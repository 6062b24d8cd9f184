"""See what a change of the allocation rules would do."""
