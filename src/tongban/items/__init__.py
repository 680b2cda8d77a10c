"""Service items 政务服务事项 as a versioned model."""
