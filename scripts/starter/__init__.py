"""A starter company folder: what was seen in logs and bills, and what its files mean."""
