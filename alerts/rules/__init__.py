"""Conditions other than an hour's spend: rates, silence, regressions, slow drift, and Outlay itself."""
