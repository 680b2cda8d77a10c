"""Open data: datasets made from the platform's own rooms, reviewed for disclosure and published."""
