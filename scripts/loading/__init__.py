"""Parts of the loader: contract, reading, typing, writing."""
