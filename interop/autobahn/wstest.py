"""wstest of the Autobahn suite, on 127.0.0.1 only. Python 2.7.

usage: wstest.py PACKAGES [OPTIONS OF wstest]

PACKAGES is the folder that `pip install --target` filled from requirements.txt. The suite itself
listens on every interface of the machine.
"""

import site
import sys

# Other than an entry of PYTHONPATH this heeds the .pth files that namespace packages come with.
site.addsitedir(sys.argv.pop(1))
sys.argv[0] = "wstest"

# Has to come before the reactor: it decides which one it is.
from autobahntestsuite import choosereactor  # noqa: E402, F401
from twisted.internet import reactor  # noqa: E402

listen_anywhere = reactor.listenTCP


def listen_here(port, factory, backlog=50, interface=""):
    return listen_anywhere(port, factory, backlog, interface or "127.0.0.1")


reactor.listenTCP = listen_here

from autobahntestsuite import wstest  # noqa: E402

wstest.run()
