"""Write FOCUS files, the posted ledger, a month's journal, or dashboards."""
