// Finding pytest's tests in the text of a Python file.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'mocha';
import { findPythonTests, pythonTestAt } from '../../src/profilers/tests/pythonTests.ts';
import { testTarget } from '../../src/profilers/tests/testItem.ts';
import { skipBecause } from '../tools.ts';

const list = (text: string) => findPythonTests(text).map(({ name, kind, firstLine, line, endLine }) => `${kind} ${name} ${firstLine}/${line}-${endLine}`);

const FILE = `"""Module
def test_docstring():
    pass
"""
import unittest
from unittest import TestCase as Case, IsolatedAsyncioTestCase
import pytest

text = '''
def test_string(): pass
'''  # def test_comment(): pass

@pytest.mark.parametrize(
    "a, b", [
        (1, "def test_in_brackets():"),
        (2, ")"),
    ])
@pytest.mark.slow
def test_many(a, b):
    def test_inner():
        pass
    class TestLocal:
        def test_x(self): pass
    """
def test_in_body(): pass
    """
    assert a != \\
        b

async def test_async():
    pass


def testing_by_prefix(): pass
def helper(): pass
@pytest.fixture
def test_fixture(): return 1

class TestShop:
    "Docs"
    limit = {
        'a': 1,
    }

    def test_price(self,
                   request):
        pass
    # A comment

    @staticmethod
    def test_static():
        pass

    class TestNested:
        @pytest.mark.skipif(True, reason="x")
        def test_deep(self):
            pass

    class Helper:
        def test_no(self): pass
    def helper(self): pass

class TestConstructed:
    def __init__(self): pass
    def test_no(self): pass

class TestRefused:
    __test__ = False
    def test_no(self): pass

class TestEmpty: pass

class Plain:
    def test_no(self): pass

class Shop(unittest.TestCase):
    def setUp(self): pass
    def testOld(self): pass
    def test_new(self): pass

class Derived(Shop):
    def test_more(self): pass

class Later(
    IsolatedAsyncioTestCase,
):
\tasync def test_later(self):
\t\tpass

if True:
    def test_below_if():
        pass
try:
    pass
except ValueError:
    def test_never(): pass
`;

describe('Python tests in a file', () => {
  it('are what pytest collects, and nothing that looks like it', () => {
    assert.deepEqual(list(FILE), [
      'test test_many 13/19-28', 'test test_async 30/30-31', 'test testing_by_prefix 34/34-34',
      'class TestShop 39/39-61', 'test TestShop::test_price 45/45-47', 'test TestShop::test_static 50/51-52',
      'class TestShop::TestNested 54/54-57', 'test TestShop::TestNested::test_deep 55/56-57',
      'class Shop 76/76-79', 'test Shop::testOld 78/78-78', 'test Shop::test_new 79/79-79',
      'class Derived 81/81-82', 'test Derived::test_more 82/82-82', 'class Later 84/84-88', 'test Later::test_later 87/87-88',
      'test test_below_if 91/91-92', 'test test_never 96/96-96',
    ]);
  });

  it('agree with pytest', function () {
    try {
      execFileSync('python3', ['-m', 'pytest', '--version'], { stdio: 'ignore' });
    } catch {
      skipBecause(this, 'needs pytest');
    }
    const folder = mkdtempSync(path.join(os.tmpdir(), 'heatline pytest '));
    try {
      const file = path.join(folder, 'test_shop.py');
      writeFileSync(file, FILE);
      const output = execFileSync('python3', ['-m', 'pytest', '--collect-only', '-q', '-p', 'no:cacheprovider', file], { encoding: 'utf8', cwd: folder });
      const collected = new Set(output.split('\n').filter((line) => line.includes('::')).map((line) => line.slice(line.indexOf('::') + 2).replace(/\[.*\]$/, '')));
      // Inherited methods stand in no source line of the class, and what is below except was not reached.
      const found = findPythonTests(FILE).filter(({ kind, id }) => kind === 'test' && id !== 'test_never').map(({ id }) => id);
      assert.deepEqual([...collected].filter((id) => !/^Derived::test(Old|_new)/.test(id)).sort(), found.sort());
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('are found at a line: the innermost one, with its decorators', () => {
    const at = (line: number) => pythonTestAt(FILE, line)?.name;
    assert.deepEqual([2, 10, 13, 16, 20, 23, 28, 29, 38, 40, 46, 48, 50, 55, 59, 64, 80, 84].map(at), [
      undefined, undefined, 'test_many', 'test_many', 'test_many', 'test_many', 'test_many', undefined, undefined, 'TestShop', 'TestShop::test_price', 'TestShop', 'TestShop::test_static',
      'TestShop::TestNested::test_deep', 'TestShop', undefined, undefined, 'Later',
    ]);
  });

  it('in odd files', () => {
    assert.deepEqual(list(''), []);
    assert.deepEqual(list('\ufeffdef test_a(): pass'), ['test test_a 1/1-1']);
    assert.deepEqual(list('def test_a():\r\n\tpass\r\n\r\ndef test_b():\r\n    pass\r\n'), ['test test_a 1/1-2', 'test test_b 4/4-5']);
    assert.deepEqual(list("x = 'open\ndef test_a(): pass\n"), ['test test_a 2/2-2']);
    assert.deepEqual(list('x = """open\ndef test_a(): pass\n'), []);
    assert.deepEqual(list('x = r"\\"\ny = "\\\ndef test_a(): pass"\ndef test_b(): pass'), ['test test_b 4/4-4']);
    assert.deepEqual(list('class Test_ö:\n  def test_ü(self):\n    pass\n'), ['class Test_ö 1/1-3', 'test Test_ö::test_ü 2/2-3']);
    assert.deepEqual(list('define = 1\nclassy = 2\ndef test (x) : pass\nasync  def test_c(): pass'), ['test test 3/3-3', 'test test_c 4/4-4']);
  });

  it('become targets', () => {
    const [item] = findPythonTests('class TestA:\n  def test_b(self): pass\n').slice(1);
    assert.deepEqual(testTarget('python', '/src/test_a.py', item, { cwd: '/src', env: {}, interpreter: ['python3'] }), {
      language: 'python', kind: 'test', module: 'pytest', title: 'TestA::test_b', file: '/src/test_a.py', args: ['/src/test_a.py::TestA::test_b'], cwd: '/src', env: {}, interpreter: ['python3'],
    });
  });
});
