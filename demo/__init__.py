"""The whole loop on this machine: newsletters out, opens and clicks in, a report."""
