"""Parts of the audit: recognising a log, building it apart from the warehouse, what is found."""
