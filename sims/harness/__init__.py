"""What every simulation shares: result files, resumable studies, statistics, and trials spread over devices."""
