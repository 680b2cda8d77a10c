"""The inventory of information resources (政务信息资源目录): what each department holds, and who may have it."""
