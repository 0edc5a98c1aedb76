"""Memory that two processes share: one writes records, the other reads them.

Standard library only, and no import that is not built into the interpreter (see heatline_runner.py), but for the module
mmap, which is given.
"""

from heatline_runner import own_file

STARTING, READY, FAILED = 0, 1, 2

_RECORDS = 8192
SIZE = 4 << 20
_MOST_THREADS = 250
# Words at the start of the memory.
_WRITTEN, _READ, _PERIOD, _STATE, _STOPPED, _COUNT, _THREADS = range(7)


class Ring(object):
    """The shared memory: made before the other process is forked or, with the descriptor of a file of SIZE bytes, given to it."""

    def __init__(self, mmap, fd=-1):
        self.data = mmap.mmap(fd, SIZE)
        self.words = memoryview(self.data)[:_RECORDS].cast('Q')
        self.room = SIZE - _RECORDS

    @property
    def state(self):
        """STARTING, READY or FAILED: what the writer says of itself."""
        return self.words[_STATE]

    @state.setter
    def state(self, state):
        self.words[_STATE] = state

    @property
    def period_ns(self):
        """What the reader wants the time between samples to be; 0 for none."""
        return self.words[_PERIOD]

    @period_ns.setter
    def period_ns(self, period):
        self.words[_PERIOD] = period

    @property
    def stopped(self):
        """Whether the reader wants the writer to end."""
        return self.words[_STOPPED] != 0

    def stop(self):
        """Asks the writer to end."""
        self.words[_STOPPED] = 1

    def set_threads(self, threads):
        """Tells the writer the threads: (ident, native id) each."""
        words = self.words
        words[_COUNT] = 0
        for position, (ident, tid) in enumerate(threads[:_MOST_THREADS]):
            words[_THREADS + 2 * position] = ident
            words[_THREADS + 2 * position + 1] = tid
        words[_COUNT] = min(len(threads), _MOST_THREADS)

    def threads(self):
        """The threads that the reader told last."""
        words = self.words[_THREADS:_THREADS + 2 * self.words[_COUNT]].tolist()
        return zip(words[::2], words[1::2])

    def read(self):
        """The records since the last call."""
        words = self.words
        position, end = words[_READ], words[_WRITTEN]
        records = []
        if position != end:
            data = self._bytes(position, end - position)
            offset = 0
            while offset < len(data):
                size = int.from_bytes(data[offset:offset + 4], 'little')
                records.append(data[offset + 4:offset + 4 + size])
                offset += 4 + size
            words[_READ] = end
        return records

    def _bytes(self, position, count):
        start = position % self.room
        first = min(count, self.room - start)
        data = self.data[_RECORDS + start:_RECORDS + start + first]
        return data if first == count else data + self.data[_RECORDS:_RECORDS + count - first]

    def append(self, record):
        """Writes a record; False when there is no room for it."""
        words = self.words
        data = len(record).to_bytes(4, 'little') + record
        position = words[_WRITTEN]
        if position - words[_READ] + len(data) > self.room:
            return False
        start = position % self.room
        first = min(len(data), self.room - start)
        self.data[_RECORDS + start:_RECORDS + start + first] = data[:first]
        self.data[_RECORDS:_RECORDS + len(data) - first] = data[first:]
        # Last: from now on the record can be read.
        words[_WRITTEN] = position + len(data)
        return True


class RingWriter(object):
    """Writes records. When the reader is late, those that may be lost are, and the others wait."""

    def __init__(self, ring):
        self.ring = ring
        self._waiting = []

    def write(self, record, needed):
        """Writes a record, or drops it when there is no room and it is not needed."""
        while self._waiting and self.ring.append(self._waiting[0]):
            self._waiting.pop(0)
        if (self._waiting or not self.ring.append(record)) and needed:
            self._waiting.append(record)


own_file(Ring.read.__code__)
