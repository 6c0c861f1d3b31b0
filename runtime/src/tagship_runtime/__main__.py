"""``python -m tagship_runtime`` is the command ``tagship``."""

import sys

from tagship_runtime.cli.main import main

sys.exit(main())
