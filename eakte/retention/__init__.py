"""The end of a record: periods, holds, appraisal, disposal."""
