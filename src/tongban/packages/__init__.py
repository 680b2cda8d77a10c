"""Theme packages 一件事: several items filed as one."""
