"""The sample: invented logs and bills with known mistakes, written by `ai-cost sample`."""
