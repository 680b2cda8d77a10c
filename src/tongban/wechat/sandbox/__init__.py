"""A pretended WeChat: its server for official accounts, and phones to play. Only in a sandbox."""
