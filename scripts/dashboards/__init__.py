"""Dashboards to import: one list of charts, in the forms of four tools."""
