"""Bingan 病案: a workstation for coding, checking and previewing inpatient front pages."""

import os

__version__ = "0.1.0"
# lxml came with Word documents. Beside it openpyxl would read strange workbooks with it instead of with defusedxml.
os.environ["OPENPYXL_LXML"] = "False"
# NumPy's threads wait for each other by turning: two of them took three times as long for 1,000 texts as one alone.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
