"""Mail through Django's mail backends."""
