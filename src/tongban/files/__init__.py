"""Uploaded and produced files under their content hash."""
