"""A pretended SMS gateway and mail server, with faults to switch on. Only where ``settings.SANDBOX`` is on."""
