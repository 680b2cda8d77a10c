"""A pretended SMS gateway and mail server, with faults to play. Only where ``settings.SANDBOX`` is on."""
