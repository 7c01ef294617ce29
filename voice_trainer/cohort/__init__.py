"""Many recordings at once: on the processors of one machine, or on a cluster with the same code for each file.

plan       which files there are, and what each answers (from folders, or from a manifest)
scorer     one file to one row; the models are loaded once in every process
local      processes of this machine; cluster: workers of a Dask cluster
journal    every row as it is made, so that a run that was stopped goes on where it was
results    the rows as CSV or Parquet
run        the parts put together
"""
