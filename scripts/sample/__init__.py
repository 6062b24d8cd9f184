"""Parts of the sample data generator; the entry point is scripts.generate_sample_data."""
