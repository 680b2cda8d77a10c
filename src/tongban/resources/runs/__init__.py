"""Runs of the batch engine as the platform knows them: their accounts, publishing, and pairs to review."""
