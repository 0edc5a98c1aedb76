"""What was typed up to the cursor: strings and brackets of the line, and columns in UTF-16, which editors count in."""

_OPEN = {')': '(', ']': '[', '}': '{'}


def _units(text):
    return len(text) + sum(1 for c in text if ord(c) > 0xFFFF)


class Typed:
    """`before` is the cursor's line up to it; `string` the index in it where an open string begins, None outside of strings."""

    def __init__(self, text, line, column):
        self.text = text
        lines = text.split('\n')
        number = min(max(line or 1, 1), len(lines)) - 1
        self._start = sum(len(each) + 1 for each in lines[:number])
        rest = text[self._start:]
        at, units = 0, 0
        while at < len(rest) and units < column - 1:
            units += 2 if ord(rest[at]) > 0xFFFF else 1
            at += 1
        before = rest[:at]
        # A column may count on over several lines.
        cut = before.rfind('\n') + 1
        self._start += cut
        self.before = before[cut:]
        # The cursor in characters of the text, from 1.
        self.column = self._start + len(self.before) + 1
        self.string = None
        # Index of a closing bracket or quote -> of the one that opens it.
        self._opened = {}
        self._scan()

    def _scan(self):
        text, i, brackets = self.before, 0, []
        while i < len(text):
            c = text[i]
            if c in '\'"':
                quote = text[i:i + 3] if text[i:i + 3] in ('"""', "'''") else c
                begin = i
                i += len(quote)
                while i < len(text) and not text.startswith(quote, i):
                    i += 2 if text[i] == '\\' else 1
                if i >= len(text):
                    self.string = begin
                    return
                i += len(quote)
                self._opened[i - 1] = begin
                continue
            if c == '#':
                self.string = i
                return
            if c in '([{':
                brackets.append(i)
            elif c in ')]}':
                if brackets and text[brackets[-1]] == _OPEN[c]:
                    self._opened[i] = brackets.pop()
            i += 1

    def primary(self, end):
        """The expression that ends before an index: a name with attributes, items and calls, or a literal; '' when none does."""
        text, i = self.before, end
        while i > 0:
            c = text[i - 1]
            if c.isalnum() or c in '._' or ord(c) > 127:
                i -= 1
            elif i - 1 in self._opened:
                i = self._opened[i - 1]
                if text[i] in '\'"' or text[i] in '([{' and not (i > 0 and (text[i - 1].isalnum() or text[i - 1] in '_)]\'"')):
                    break
            else:
                break
        source = text[i:end]
        return '' if source[:1].isdigit() or source.startswith('.') else source

    def place(self, index):
        """Where an index of `before` stands in the whole text, in UTF-16 units from 0."""
        return _units(self.text[:self._start + index])

    def width(self, text):
        """Length in UTF-16 units."""
        return _units(text)
