"""Write files for others: FOCUS files, the posted ledger, a month's journal."""
