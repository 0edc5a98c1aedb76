"""Arrays and tables of numpy and pandas, when the program has imported them: their shape is what is shown, never a huge repr."""
import sys

from . import statics

# Arrays up to this many elements are written out.
_SMALL = 32


def _class(module, name):
    found = sys.modules.get(module)
    return statics.module_dict(found).get(name) if found is not None else None


def is_array(value):
    """True for numpy's arrays."""
    return statics.inherits(value, _class('numpy', 'ndarray') or Ellipsis)


def kind_of(value):
    """'array', 'frame' (a table), 'series', or None."""
    if 'numpy' not in sys.modules:
        return None
    if is_array(value):
        return 'array'
    for kind, name in (('frame', 'DataFrame'), ('series', 'Series')):
        cls = _class('pandas', name)
        if cls is not None and statics.inherits(value, cls):
            return kind
    return None


def array_text(text, value):
    """A line about an array or a table; None when it is neither, or does not tell."""
    kind = kind_of(value)
    if kind is None:
        return None
    try:
        return text.reprs.run(lambda: _describe(kind, value), timeout=0.5)
    except Exception:
        return None


def _describe(kind, value):
    name = statics.type_name(type(value))
    if kind == 'array':
        about = '%s, shape %s' % (value.dtype, value.shape)
        if value.size <= _SMALL:
            return '%s (%s)' % (' '.join(repr(value).split()), about)
        return '<%s: %s>' % (name, about)
    if kind == 'series':
        return '<%s: %d values, %s%s>' % (name, len(value), value.dtype, ', named %r' % (value.name,) if value.name is not None else '')
    columns = [str(column) for column in value.columns[:20]]
    return '<%s: %d rows, %d columns: %s%s>' % (name, value.shape[0], value.shape[1], ', '.join(columns), ', ...' if value.shape[1] > 20 else '')
