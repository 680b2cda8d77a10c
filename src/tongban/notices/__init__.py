"""Notices to people: inbox, SMS and mail adapters, preferences."""
