"""Statements to the people who answer for them: as PDF, by e-mail, each once."""
