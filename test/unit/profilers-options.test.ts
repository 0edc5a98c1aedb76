// Options of profilers: what is read, what is refused, and that package.json has them all.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { contributedSettings } from '../../src/profilers/contributions.ts';
import { PROFILERS } from '../../src/profilers/index.ts';
import { choice, complaint, list, number, optionReader, optionText, parseOption, text, toggle } from '../../src/profilers/options.ts';

const frequency = number({ setting: 'x.frequency', label: 'Frequency', description: '', default: 999, min: 1, max: 5000, integer: true });
const graph = choice({ setting: 'x.graph', label: 'Graph', description: '', default: 'fp', choices: { fp: 'a', dwarf: 'b' } });
const events = list({ setting: 'x.events', label: 'Events', description: '', default: [] });
const deep = toggle({ setting: 'x.deep', label: 'Deep', description: '', default: false });
const tool = text({ setting: 'x.path', label: 'x', description: '', default: 'x' });

describe('options of profilers', () => {
  it('are read from what was changed for the run, then the settings, then the defaults', () => {
    const read = optionReader((name) => ({ 'x.frequency': 99, 'x.graph': 'dwarf' })[name], { 'x.frequency': 7 });
    assert.deepEqual([read(frequency), read(graph), read(deep), read(tool)], [7, 'dwarf', false, 'x']);
  });

  it('pass over values that do not suit them', () => {
    const read = optionReader((name) => ({ 'x.frequency': 5.5, 'x.graph': 'toString', 'x.events': ['a', 1], 'x.deep': 'yes' })[name], { 'x.frequency': 6000 });
    assert.deepEqual([read(frequency), read(graph), read(events), read(deep)], [999, 'fp', [], false]);
    assert.match(complaint(frequency, 6000) ?? '', /between 1 and 5000/);
  });

  it('come back from the text a person reads', () => {
    for (const [option, value] of [[frequency, 250], [graph, 'dwarf'], [events, ['a', 'b:u']], [events, ['--D1=32768,8,64', 'b']], [deep, true], [tool, '/opt/x y']] as const) {
      assert.deepEqual(parseOption(option, optionText(option, value)), value);
    }
    for (const [option, typed] of [[frequency, ''], [frequency, '1e9'], [frequency, 'many'], [graph, 'lbr'], [deep, 'maybe'], [events, '[1'], [events, '[1]']] as const) {
      assert.throws(() => parseOption(option, typed), /x\./);
    }
  });

  it('are settings of package.json, and restricted to trusted workspaces', () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    const settings = contributedSettings(PROFILERS);
    const section = manifest.contributes.configuration.find(({ title }: { title: string }) => title === 'Profilers');
    assert.deepEqual(section.properties, settings, 'npm run contributions writes them');
    const restricted = new Set(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations);
    assert.deepEqual(Object.keys(settings).filter((name) => !restricted.has(name)), []);
  });

  it('have defaults and descriptions that suit them', () => {
    for (const option of PROFILERS.flatMap(({ options }) => options)) {
      assert.equal(complaint(option, option.default), undefined);
      assert.ok(option.label && option.description.endsWith('.'), option.setting);
    }
  });
});
