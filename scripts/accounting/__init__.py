"""The chargeback ledger outside the warehouse: entries as bytes, hashes, the close."""
