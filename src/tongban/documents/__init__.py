"""Typeset PDF documents and the seals that sign them."""
