"""Cases 办件: the law's states and clocks."""
