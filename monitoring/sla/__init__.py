"""Promises and reports about them (R75, R76)."""
