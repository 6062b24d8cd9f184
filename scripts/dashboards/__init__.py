"""Dashboards to import: one list of charts, written in the forms of Superset and Grafana."""
