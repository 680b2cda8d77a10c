"""Starting, stopping and operating the platform; the command line."""
