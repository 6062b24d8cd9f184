"""Take in prices for the rate card, or finance's reviews."""
