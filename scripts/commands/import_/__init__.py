"""Take in what others decided: prices for the rate card, finance's reviews."""
