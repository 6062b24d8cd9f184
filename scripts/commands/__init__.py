"""The verbs of `ai-cost`: a module each, with its options and nothing else."""
