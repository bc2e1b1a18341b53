"""Runs checks by name and says of each how it went. See ../README.md for the lines."""

import asyncio
import inspect

LIMIT = 20  # seconds a check may take


class Checks:
    """The checks of one program, in the order they are defined in."""

    def __init__(self):
        self.checks = []

    def __call__(self, name):
        def keep(check):
            self.checks.append((name, check))
            return check

        return keep

    def run(self):
        for name, check in self.checks:
            try:
                if inspect.iscoroutinefunction(check):
                    asyncio.run(asyncio.wait_for(check(), LIMIT))
                else:
                    check()
            except Exception as error:  # whatever went wrong is what the caller wants to hear
                words = f"{type(error).__name__}: {error}".replace("\n", " / ")
                print(f"failed {name}: {words}", flush=True)
            else:
                print(f"ok {name}", flush=True)


def same(got, wanted):
    """Fails unless both are equal, without showing a megabyte."""
    if got != wanted:
        raise AssertionError(f"expected {shown(wanted)}, got {shown(got)}")


def shown(value):
    if isinstance(value, (str, bytes)) and len(value) > 60:
        return f"{type(value).__name__} of {len(value)}, {value[:30]!r}..."
    return repr(value)
