"""Ronde's enrolment service: families and childminders into sessions, with waiting lists and offers."""
