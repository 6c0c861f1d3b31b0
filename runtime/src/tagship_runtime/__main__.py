"""Entry point of ``python -m tagship_runtime``, which is the command ``tagship``."""

import sys

from tagship_runtime.cli.main import main

sys.exit(main())
