"""``python -m tagship_runtime`` is the command ``tagship``."""

import sys

from tagship_runtime.cli import main

sys.exit(main())
