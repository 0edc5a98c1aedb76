"""What an editor sees of Python values."""
import itertools
import reprlib


class Values:
    def __init__(self, engine):
        self.engine = engine
        self._handles = {}
        self._ids = itertools.count(1)

    def forget(self):
        self._handles.clear()

    def _handle(self, value):
        number = next(self._ids)
        self._handles[number] = value
        return number

    def scopes(self, stackframe, returned):
        frame = stackframe.frame
        found = []
        if returned is not None:
            found.append({'name': 'Return value', 'variablesReference': self._handle({'(return)': returned[0]}), 'expensive': False})
        found.append({'name': 'Locals', 'variablesReference': self._handle(frame.f_locals), 'expensive': False, 'presentationHint': 'locals'})
        found.append({'name': 'Globals', 'variablesReference': self._handle(frame.f_globals), 'expensive': True})
        return found

    def present(self, value, name=None):
        structured = isinstance(value, (dict, list, tuple)) or hasattr(value, '__dict__')
        return {'result': reprlib.repr(value), 'type': type(value).__name__, 'variablesReference': self._handle(value) if structured else 0}

    def variables(self, arguments):
        value = self._handles[arguments['variablesReference']]
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, (list, tuple)) else vars(value).items()
        found = []
        for name, each in list(items):
            shown = self.present(each)
            found.append({'name': str(name), 'value': shown.pop('result'), **shown})
        return {'variables': found}

    def evaluate(self, arguments, stackframe):
        frame = stackframe.frame
        return self.present(eval(arguments['expression'], frame.f_globals, frame.f_locals))

    def set_variable(self, arguments):
        raise ValueError('not yet')

    set_expression = None

    def completions(self, arguments, stackframe, console):
        return {'targets': []}

    def exception_info(self, arg):
        return {'exceptionId': arg[0].__name__, 'description': str(arg[1]), 'breakMode': 'always'}
