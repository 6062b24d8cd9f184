"""The report: what each page asks of the marts, and how it is drawn."""
