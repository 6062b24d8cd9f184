"""Parts of the loader: declared fields, reading, typing, writing."""
