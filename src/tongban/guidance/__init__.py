"""Tailored guidance: a few questions, then exactly the materials, fee, limit, place and form that apply."""
