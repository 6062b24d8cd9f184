"""Running the warehouse: one night at a time, as the right role."""
