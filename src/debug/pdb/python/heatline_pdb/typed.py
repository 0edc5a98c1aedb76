"""What was typed or pasted into the console, cut into pieces that run one after the other."""
import codeop

# A line that begins with one of these goes on with the compound statement above it.
_CONTINUES = ('elif', 'else', 'except', 'finally')


def _first_word(line):
    end = 0
    while end < len(line) and (line[end].isalnum() or line[end] == '_'):
        end += 1
    return line[:end]


def _incomplete(source):
    try:
        return codeop.compile_command(source, '<stdin>', 'single') is None
    except (SyntaxError, ValueError, OverflowError):
        return False


def take_piece(lines, is_command):
    """Takes the next piece off the front of `lines` (a deque of lines without line ends).

    Returns (text, block): one line as typed, or, when several lines form one statement (a function, a loop, an open
    bracket), these with block=True. `is_command(line)` says whether pdb takes a line as one of its commands: such a line
    is never the beginning of a block.
    """
    first = lines.popleft()
    statement = first.strip()
    if not lines or not statement or is_command(statement):
        return first, False
    if statement.startswith('!'):
        statement = statement[1:].lstrip()
    if not _incomplete(statement):
        return first, False
    block = [statement]
    while lines:
        following = lines[0]
        complete = not _incomplete('\n'.join(block) + '\n\n')
        goes_on = not following.strip() or following[:1].isspace() or _first_word(following) in _CONTINUES
        if complete and not goes_on:
            break
        block.append(lines.popleft())
    while len(block) > 1 and not block[-1].strip():
        block.pop()
    return '\n'.join(block), len(block) > 1


def dedent_lines(text):
    """The lines of pasted text, without the indentation that all of them share (text copied out of a function)."""
    lines = text.replace('\r\n', '\n').replace('\r', '\n').split('\n')
    while len(lines) > 1 and not lines[-1].strip():
        lines.pop()
    if len(lines) > 1:
        margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
        lines = [line[margin:] for line in lines]
    return lines
