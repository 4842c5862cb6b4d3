"""DRG grouping: schemes from two file forms, one engine, explanations, weights and payment.

Load with :func:`app.drg.package.load_package` or :func:`app.drg.workbook.load_workbook`; then
:func:`app.drg.engine.group` is fast, :func:`app.drg.explaining.explain` says why, :mod:`app.drg.sentence` in words,
and :func:`app.drg.payment.quote` what is paid.
"""
