"""Reading rate cards and price lists, and proposing what to append."""
