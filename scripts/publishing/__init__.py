"""What leaves the warehouse for others to read: the published copy of the marts, FOCUS files."""
