"""Python programs that the tests run as services."""

PRINTS_AND_STAYS = "import time; print('here', flush=True); time.sleep(60)"
IGNORES_SIGTERM = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('ignoring', flush=True); time.sleep(60)"
)
HAS_A_CHILD = (
    "import subprocess, sys, time;"
    f"subprocess.Popen([sys.executable, '-c', {IGNORES_SIGTERM!r}], close_fds=False);"
    "time.sleep(60)"
)
SAYS_GOODBYE = (
    "import signal, sys, time;"
    "signal.signal(signal.SIGTERM, lambda *_: (print('goodbye'), sys.exit()));"
    "print('here', flush=True); time.sleep(60)"
)
FAILS = "raise SystemExit(3)"
