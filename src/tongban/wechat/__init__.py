"""The WeChat official account: signed messages in, the platform's own replies out."""
