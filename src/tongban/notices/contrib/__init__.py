"""The adapters that come with the platform."""
