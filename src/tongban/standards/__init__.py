"""Pure functions over codes, check digits, clocks and code systems; no Django, no I/O."""
