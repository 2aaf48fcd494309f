"""The core without its pages: opens a home, mends it if need be, and loads until it is killed.

python loader_process.py HOME     → a line on stdout when the books are open
"""

import sys
import time
from pathlib import Path

from outlay.clock import now
from outlay.home import Home
from outlay.keeping.records import keep_records
from outlay.keeping.recovery import sound_books
from outlay.reading.loading import catch_up


def main(home: str) -> None:
    with sound_books(Home(Path(home))) as books:
        sys.stdout.write("open\n")
        sys.stdout.flush()
        while True:
            catch_up(books, now())
            keep_records(books)
            time.sleep(0.01)


if __name__ == "__main__":
    main(sys.argv[1])
