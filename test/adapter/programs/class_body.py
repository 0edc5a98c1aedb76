# debug: break inside
# debug: do next 30
def describe(cls):
    cls.described = True
    return cls


class Meta(type):
    def __new__(mcls, name, bases, space):
        space['made'] = name.lower()
        return super().__new__(mcls, name, bases, space)


@describe
class Config(metaclass=Meta):
    """Docs."""
    size = 3  # <inside>
    table = [n * 2 for n in range(size)]

    def method(self):
        return self.size

    class Inner:
        flag = True


print(Config.made, Config.table, Config().method(), Config.Inner.flag)
