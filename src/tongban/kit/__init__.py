"""What every room shares: ids, errors, actors, access rules, events. No room's rules live here."""
