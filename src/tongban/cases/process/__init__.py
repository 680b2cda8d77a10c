"""A department's own steps inside review: BPMN 2.0, run by SpiffWorkflow."""
