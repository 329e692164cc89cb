"""Supervision: rules of the REVIEW stage look at what was claimed. A flag is a lead for review, never a finding."""
