import assert from 'node:assert/strict';
import { collapseArguments, collapseTemplates, nameInTable, shortenName } from '../../src/core/shortenName.ts';

const characters = (text: string) => Array.from(text).length;

describe('shortenName', () => {
  it('leaves a name that fits as it is', () => {
    assert.equal(shortenName('main', 4, characters), 'main');
    assert.equal(shortenName('f(int)', 6, characters), 'f(int)');
  });

  it('drops arguments before anything else, then template arguments', () => {
    const name = 'std::vector<int, std::allocator<int> >::push_back(int const&)';
    assert.equal(shortenName(name, 55, characters), 'std::vector<int, std::allocator<int> >::push_back(…)');
    assert.equal(shortenName(name, 40, characters), 'std::vector<…>::push_back(…)');
    assert.equal(shortenName(name, 25, characters), 'std::vector<…>::push_back');
    assert.equal(shortenName(name, 22, characters), 'std::vector::push_back');
  });

  it('cuts the middle and keeps more of the end', () => {
    const short = shortenName('github.com/acme/store/internal/index.(*Tree).Insert', 24, characters);
    assert.equal(characters(short), 24);
    const [head, tail] = short.split('…');
    assert.ok('github.com/acme/store/internal/index.(*Tree).Insert'.startsWith(head));
    assert.ok('github.com/acme/store/internal/index.(*Tree).Insert'.endsWith(tail));
    assert.ok(tail.length > head.length, short);
    assert.match(tail, /\(\*Tree\)\.Insert$/);
  });

  it('never exceeds the width, and takes all the room it can', () => {
    const names = ['compute_everything', '(anonymous namespace)::parse(char const*)', 'map<string, vector<int>>::operator[](string&&)', '<built-in method builtins.exec>', 'x'];
    for (const name of names) {
      for (let width = 0; width < 60; width++) {
        const short = shortenName(name, width, characters);
        assert.ok(characters(short) <= width, `${short} in ${width}`);
        if (short.includes('…') && !/[<(]…[)>]/.test(short)) assert.equal(characters(short), width, short);
        if (width < 4 && name.length > 3) assert.equal(short, '');
      }
    }
  });

  it('measures in the unit it is given', () => {
    const wide = (text: string) => Array.from(text).reduce((sum, character) => sum + (character === 'W' ? 10 : 2), 0);
    assert.equal(shortenName('WWWW', 40, wide), 'WWWW');
    assert.ok(wide(shortenName('WWWWWWWWabcdefgh', 40, wide)) <= 40);
  });

  it('keeps characters beyond the basic plane whole', () => {
    const short = shortenName('😀😁😂😃😄😅😆😇', 5, characters);
    assert.equal(characters(short), 5);
    assert.ok(!/[\ud800-\udbff](?![\udc00-\udfff])/.test(short), 'half a pair');
  });
});

describe('collapseArguments', () => {
  const cases: [string, string][] = [
    ['f(int, char)', 'f(…)'],
    ['T::get(int) const', 'T::get(…)'],
    ['run(void (*)(int), long)', 'run(…)'],
    ['compute(int) [clone .cold]', 'compute(…)'],
    ['operator new(unsigned long)', 'operator new(…)'],
    ['Fn::operator()(int) const', 'Fn::operator()(…)'],
    // Nothing to collapse.
    ['f()', 'f()'],
    ['Fn::operator()', 'Fn::operator()'],
    ['(anonymous namespace)::parse', '(anonymous namespace)::parse'],
    ['main.(*server).handle.func1', 'main.(*server).handle.func1'],
    ['<module>', '<module>'],
    ['(unknown)', '(unknown)'],
    ['unbalanced)', 'unbalanced)'],
  ];
  for (const [name, expected] of cases) it(`${name} to ${expected}`, () => assert.equal(collapseArguments(name), expected));
});

describe('collapseTemplates', () => {
  const cases: [string, string][] = [
    ['map<int, string>::at', 'map<…>::at'],
    ['a<b<c>, d>::e<f>', 'a<…>::e<…>'],
    ['f<decltype(p->x)>::g', 'f<…>::g'],
    ['<T as Trait>::call', '<T as Trait>::call'],
    ['<lambda>', '<lambda>'],
    ['S::operator<', 'S::operator<'],
    ['S::operator<<', 'S::operator<<'],
    ['open<never', 'open<never'],
  ];
  for (const [name, expected] of cases) it(`${name} to ${expected}`, () => assert.equal(collapseTemplates(name), expected));
});

describe('nameInTable', () => {
  it('collapses long names only', () => {
    assert.equal(nameInTable('f(int, char)'), 'f(int, char)');
    assert.equal(nameInTable('std::vector<std::pair<int, std::string>>::emplace_back(int&&, char const*)'), 'std::vector<…>::emplace_back(…)');
  });
});
