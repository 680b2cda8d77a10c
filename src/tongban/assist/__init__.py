"""Instant replies with sources, hand-over to people, consultation and complaint tickets."""
