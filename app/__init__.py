"""Bingan 病案: a workstation for coding, checking and previewing inpatient front pages."""

__version__ = "0.1.0"
