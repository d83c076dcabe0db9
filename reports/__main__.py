"""`python -m reports` is the command `proofprop`."""

import sys

from reports.cli import main

sys.exit(main())
