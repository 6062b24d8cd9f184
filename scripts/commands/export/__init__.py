"""Write FOCUS files, the posted ledger, or a month's journal."""
