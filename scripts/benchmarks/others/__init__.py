"""The same job by what else there is: from lines of JSON to spend by team and day, in floats."""
