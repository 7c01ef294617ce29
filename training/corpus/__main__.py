from __future__ import annotations

import sys

from training.corpus.check import main

sys.exit(main())
