"""The inventory 政务信息资源目录: what information each department holds, and who may have it."""
