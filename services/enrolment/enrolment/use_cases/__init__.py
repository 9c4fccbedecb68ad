"""What one can ask of enrolment: one file a use case."""
