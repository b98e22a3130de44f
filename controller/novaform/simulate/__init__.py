"""A cloud in memory with hypervisors, a clock that only moves when somebody sleeps, and every accident on demand.

What is above the socket is the product itself: the same requests, journal, decision and steps as against a real cloud.
"""
